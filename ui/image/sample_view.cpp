#include "ui/image/sample_view.h"

#include "core/session/planes.h"
#include "ui/image/colour_scale.h"
#include "ui/image/plane_text.h"
#include "ui/image/plane_view.h"
#include "ui/image/recolour.h"
#include "ui/image/score_view.h"
#include "ui/image/tile_flow.h"

#include <QVBoxLayout>

#include <algorithm>
#include <array>

namespace concord {

namespace {

/// In the colours of their classes, weaker where less certain.
std::vector<BoxMark> boxMarks(const PredictionEvent &plane, const TaskInfo &task)
{
    const ColourTable colours = classColours(int(task.ignore));
    std::vector<BoxMark> marks;
    for (const auto &[id, score, box] : boxesOfPlane(plane)) {
        if (score < leastShownScore)
            continue;
        QColor colour(colours[std::size_t(id) % 255]);
        colour.setAlphaF(0.4F + 0.6F * std::min(score, 1.0F));
        marks.push_back({QRectF(QPointF(box.left, box.top), QPointF(box.right, box.bottom)), colour, className(task, id)});
    }
    return marks;
}

} // namespace

SampleView::SampleView(QWidget *parent)
    : QWidget(parent)
    , flow_(new TileFlow(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(flow_);
}

void SampleView::setTheme(const Theme &theme)
{
    theme_ = theme;
    arranged_.clear();
    arrange();
    recolour();
}

void SampleView::setTasks(const std::vector<TaskInfo> &tasks)
{
    if (tasks == tasks_)
        return;
    tasks_ = tasks;
    planes_.reset();
    findPlanes();
    arrange();
}

void SampleView::setPlanes(std::shared_ptr<const std::vector<PredictionEvent>> planes, int sample, const std::function<QString(int)> &caption)
{
    planes_ = std::move(planes);
    sample_ = sample;
    caption_ = caption;
    findPlanes();
    arrange();
    recolour();
}

void SampleView::setOpacity(double share)
{
    opacity_ = share;
    recolour();
}

void SampleView::setHiddenClasses(const QSet<int> &classes)
{
    hidden_ = classes;
    recolour();
}

void SampleView::findPlanes()
{
    image_ = nullptr;
    std::vector<TaskTiles> found(tasks_.size());
    for (const PredictionEvent &plane : planes_ ? std::span<const PredictionEvent>(*planes_) : std::span<const PredictionEvent>()) {
        if (plane.sample != sample_ || !isWhole(plane))
            continue;
        if (plane.kind == "image" && plane.bytesPerValue == 1) {
            image_ = &plane;
            continue;
        }
        const auto task = std::ranges::find(tasks_, plane.task, &TaskInfo::name);
        if (task != tasks_.end())
            (plane.kind == "truth" ? found[std::size_t(task - tasks_.begin())].truth : found[std::size_t(task - tasks_.begin())].prediction) = &plane;
    }
    tiles_.resize(tasks_.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        tiles_[i].truth = found[i].truth;
        tiles_[i].prediction = found[i].prediction;
    }
}

PlaneView *SampleView::newView()
{
    auto *view = new PlaneView(flow_);
    view->setTheme(theme_);
    connect(view, &PlaneView::probed, this, [this](const QPoint &pixel) { probe(pixel); });
    connect(view, &PlaneView::unprobed, this, [this] { probe(std::nullopt); });
    return view;
}

void SampleView::arrange()
{
    // Boxes are numbers too, but drawn over the image.
    const auto dense = [this](const PredictionEvent *plane, std::size_t task) { return plane && (plane->bytesPerValue != 4 || (image_ && tasks_[task].kind == TaskKind::boxes)); };
    QString wanted = image_ ? QStringLiteral("i") : QStringLiteral("-");
    for (std::size_t i = 0; i < tiles_.size(); ++i)
        wanted += QStringLiteral("%1%2%3")
                      .arg(tiles_[i].truth ? 1 : 0)
                      .arg(tiles_[i].prediction ? 1 : 0)
                      .arg(dense(tiles_[i].prediction ? tiles_[i].prediction : tiles_[i].truth, i) ? 1 : 0);
    if (wanted == arranged_)
        return;
    arranged_ = wanted;
    flow_->setUnits({});
    qDeleteAll(flow_->findChildren<QWidget *>(Qt::FindDirectChildrenOnly));
    imageView_ = image_ ? newView() : nullptr;
    QList<TileFlow::Unit> units;
    if (imageView_)
        units += TileFlow::Unit{{imageView_, 1}};
    for (std::size_t i = 0; i < tiles_.size(); ++i) {
        TaskTiles &tile = tiles_[i];
        tile = {.truth = tile.truth, .prediction = tile.prediction};
        TileFlow::Unit unit;
        if (!tile.truth && !tile.prediction)
            continue;
        if (!dense(tile.prediction ? tile.prediction : tile.truth, i)) {
            tile.scores = new ScoreView(flow_);
            tile.scores->setTheme(theme_);
            unit += {tile.scores, 2};
        } else {
            if (tile.truth)
                unit += {tile.truthView = newView(), 1};
            if (tile.prediction)
                unit += {tile.predictionView = newView(), 1};
            if (tasks_[i].kind == TaskKind::depth) {
                tile.scale = new ColourScale(flow_);
                tile.scale->setTheme(theme_);
                unit += {tile.scale, 0.5};
            }
            if (tile.truth && tile.prediction && tasks_[i].kind != TaskKind::boxes)
                unit += {tile.errorView = newView(), 1};
        }
        units += unit;
    }
    if (image_)
        flow_->setProportion(double(image_->height) / image_->width);
    flow_->setUnits(units);
}

void SampleView::recolour()
{
    if (imageView_) {
        imageView_->setImage(colourImage(*image_));
        imageView_->setCaption(tr("image %1").arg(sample_));
    }
    for (int task = 0; task < int(tiles_.size()); ++task)
        recolourTask(task);
}

void SampleView::recolourTask(int task)
{
    const TaskTiles &tile = tiles_[std::size_t(task)];
    const TaskInfo &info = tasks_[std::size_t(task)];
    const QString name = QString::fromStdString(info.name);
    const QString caption = caption_ ? caption_(task) : QString();
    static const PredictionEvent none;
    const PredictionEvent &truth = tile.truth ? *tile.truth : none;
    const PredictionEvent &prediction = tile.prediction ? *tile.prediction : none;
    if (tile.scores) {
        tile.scores->setScores(info, planeScores(truth), planeScores(prediction), theme_.task(task));
        tile.scores->setCaption(QStringLiteral("%1 · %2").arg(name, caption));
        return;
    }
    QImage truthImage;
    QImage predictionImage;
    QImage error;
    QString errorCaption = tr("%1 error").arg(name);
    if (info.kind == TaskKind::segmentation) {
        ColourTable colours = classColours(int(info.ignore));
        for (const int hidden : hidden_)
            colours[std::size_t(hidden)] = 0;
        const QImage under = image_ ? colourImage(*image_) : QImage();
        truthImage = blended(under, labelImage(truth, colours), opacity_);
        predictionImage = blended(under, labelImage(prediction, colours), opacity_);
        error = labelError(truth, prediction, int(info.ignore));
    } else if (info.kind == TaskKind::depth) {
        const DepthRange range = depthRange(truth, prediction);
        truthImage = depthImage(truth, range);
        predictionImage = depthImage(prediction, range);
        const QString unit = info.unit.empty() ? QStringLiteral("m") : QString::fromStdString(info.unit);
        const double full = std::max(0.25 * (range.high - range.low), 1e-3);
        error = depthError(truth, prediction, full);
        errorCaption = tr("%1 error, to %2 %3").arg(name, QString::number(full, 'g', 2), unit);
        if (tile.scale)
            tile.scale->setRange(range, unit);
    } else if (info.kind == TaskKind::boxes) {
        truthImage = image_ ? colourImage(*image_) : QImage();
        predictionImage = truthImage;
        if (tile.truthView)
            tile.truthView->setBoxes(boxMarks(truth, info));
        if (tile.predictionView)
            tile.predictionView->setBoxes(boxMarks(prediction, info));
    } else if (info.kind == TaskKind::normals) {
        truthImage = colourImage(truth);
        predictionImage = colourImage(prediction);
        error = normalsError(truth, prediction, 60);
        errorCaption = tr("%1 error, to 60°").arg(name);
    } else {
        truthImage = colourImage(truth);
        predictionImage = colourImage(prediction);
        error = greyError(truth, prediction);
    }
    if (tile.truthView) {
        tile.truthView->setImage(truthImage);
        tile.truthView->setCaption(tr("%1 · truth").arg(name), tr("truth"));
    }
    if (tile.predictionView) {
        tile.predictionView->setImage(predictionImage);
        tile.predictionView->setCaption(caption.isEmpty() ? tr("prediction") : tr("prediction %1").arg(caption), caption);
    }
    if (tile.errorView) {
        tile.errorView->setImage(error);
        tile.errorView->setCaption(errorCaption, QString(errorCaption).mid(name.size() + 1));
    }
}

std::vector<int> SampleView::classesInView() const
{
    std::vector<int> classes;
    for (std::size_t i = 0; i < tiles_.size(); ++i) {
        if (tasks_[i].kind != TaskKind::segmentation)
            continue;
        std::array<bool, 256> seen = {};
        for (const PredictionEvent *plane : {tiles_[i].truth, tiles_[i].prediction})
            if (plane && plane->bytesPerValue == 1)
                for (const std::uint8_t id : plane->data)
                    seen[id] = true;
        for (int id = 0; id < 255; ++id)
            if (seen[std::size_t(id)] && id != tasks_[i].ignore)
                classes.push_back(id);
        break;
    }
    return classes;
}

void SampleView::probe(std::optional<QPoint> pixel)
{
    const auto tell = [&](PlaneView *view, const QString &text) {
        if (view)
            view->setProbe(pixel, text);
    };
    const int x = pixel ? pixel->x() : -1;
    const int y = pixel ? pixel->y() : -1;
    if (image_)
        tell(imageView_, pixel ? tr("%1, %2 · %3").arg(x).arg(y).arg(planeText(*image_, {}, x, y)) : QString());
    for (std::size_t i = 0; i < tiles_.size(); ++i) {
        const TaskTiles &tile = tiles_[i];
        const auto text = [&](const PredictionEvent &plane) {
            if (image_ && tasks_[i].kind == TaskKind::boxes)
                return pixel ? boxesText(plane, tasks_[i], {image_->width, image_->height}, x, y) : QString();
            return planeText(plane, tasks_[i], x, y);
        };
        if (tile.truth)
            tell(tile.truthView, text(*tile.truth));
        if (tile.prediction)
            tell(tile.predictionView, text(*tile.prediction));
        if (tile.truth && tile.prediction)
            tell(tile.errorView, errorText(*tile.truth, *tile.prediction, tasks_[i], x, y));
    }
}

} // namespace concord
