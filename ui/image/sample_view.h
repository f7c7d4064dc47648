#pragma once

#include "core/graph/tensor_type.h"
#include "core/store/run_event.h"
#include "ui/image/colour_map.h"
#include "ui/model/theme.h"

#include <QSet>
#include <QWidget>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace concord {

class ColourScale;
class PlaneView;
class ScoreView;
class TileFlow;

/// One sample: its image, and truth, prediction and error of each task side by side. One pixel is probed in all of them.
class SampleView : public QWidget
{
    Q_OBJECT

public:
    explicit SampleView(QWidget *parent = nullptr);

    void setTheme(const Theme &theme);
    void setTasks(const std::vector<TaskInfo> &tasks);

    /// The planes of one step; `caption(task)` is what stands under the prediction.
    void setPlanes(std::shared_ptr<const std::vector<PredictionEvent>> planes, int sample, const std::function<QString(int)> &caption);

    void setOpacity(double share);            ///< of segmentations over the image
    void setHiddenClasses(const QSet<int> &classes);
    std::vector<int> classesInView() const;   ///< of the first segmentation task: ids in truth or prediction

    void probe(std::optional<QPoint> pixel);

private:
    /// One task's planes and where they are drawn. A task without planes has no views.
    struct TaskTiles
    {
        const PredictionEvent *truth = nullptr;
        const PredictionEvent *prediction = nullptr;
        PlaneView *truthView = nullptr;
        PlaneView *predictionView = nullptr;
        PlaneView *errorView = nullptr;
        ColourScale *scale = nullptr;
        ScoreView *scores = nullptr;
    };
    void findPlanes();
    void arrange();
    void recolour();
    void recolourTask(int task);
    PlaneView *newView();

    TileFlow *flow_;
    Theme theme_ = Theme::light();
    std::vector<TaskInfo> tasks_;
    std::shared_ptr<const std::vector<PredictionEvent>> planes_;
    int sample_ = 0;
    std::function<QString(int)> caption_;
    double opacity_ = 1;
    QSet<int> hidden_;
    const PredictionEvent *image_ = nullptr;
    PlaneView *imageView_ = nullptr;
    std::vector<TaskTiles> tiles_;
    QString arranged_;      ///< which views there are: they are made anew only when that changes
};

} // namespace concord
