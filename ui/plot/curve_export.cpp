// What CurvePlot writes to files.
#include "ui/plot/curve_plot.h"

#include <QFile>

#include <algorithm>

namespace concord {

QString CurvePlot::csv() const
{
    const PlotSurface::Range range = surface_->xRange();
    struct Line
    {
        double seconds;
        std::map<std::size_t, QString> cells;
    };
    const auto quoted = [](QString text) { return u'"' + text.replace(u'"', QStringLiteral("\"\"")) + u'"'; };
    const auto number = [](double value) { return QString::number(value, 'g', 17); };
    QStringList heads = {QStringLiteral("step"), QStringLiteral("seconds")};
    std::map<std::int64_t, Line> lines;
    std::size_t column = 0;
    for (const Drawn &drawn : drawn_) {
        const Series *series = seriesOf(drawn);
        if (!series || !isShown(drawn))
            continue;
        const Curve &curve = *drawn.curve;
        const QString head = QStringLiteral("%1 (run %2)").arg(drawn.series, QString::number(drawn.run->summary().number));
        heads += quoted(head);
        if (curve.isSmoothed())
            heads += quoted(head + QStringLiteral(" smoothed %1").arg(smoothing_));
        for (std::size_t i = 0; i < std::min(curve.x().size(), series->steps.size()); ++i) {
            if (curve.x()[i] < range.low || curve.x()[i] > range.high)
                continue;
            Line &line = lines[series->steps[i]];
            line.seconds = series->seconds[i];
            line.cells[column] = number(curve.raw().values()[i]);
            if (curve.isSmoothed())
                line.cells[column + 1] = number(curve.shown().values()[i]);
        }
        column += curve.isSmoothed() ? 2 : 1;
    }
    QString text = heads.join(u',') + u'\n';
    for (const auto &[step, line] : lines) {
        text += QString::number(step) + u',' + number(line.seconds);
        for (std::size_t i = 0; i < column; ++i) {
            const auto cell = line.cells.find(i);
            text += u',' + (cell == line.cells.end() ? QString() : cell->second);
        }
        text += u'\n';
    }
    return text;
}

QString CurvePlot::save(const QString &file)
{
    bool saved = false;
    if (file.endsWith(QLatin1String(".csv"), Qt::CaseInsensitive)) {
        QFile out(file);
        saved = out.open(QIODevice::WriteOnly | QIODevice::Truncate) && out.write(csv().toUtf8()) >= 0 && out.flush();
    } else {
        saved = surface_->save(file);
    }
    return saved ? QString() : tr("%1: could not be written").arg(file);
}

} // namespace concord
