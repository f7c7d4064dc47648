#pragma once

#include "core/graph/tensor_type.h"

#include <string>
#include <vector>

namespace concord {

/// One task of an image folder, from a text "name:kind:folder:option=value:…". The folder may be left out and is then the name.
/// Options: classes=N (numbers of classes or values), ignore=N (class id or edge value that means unlabelled), scale=X (metres per unit of
/// a depth image, 0.001 without; for .npy 1), names=a|b|c (class names), threshold=N (edges and saliency are yes from this value on), and
/// from=TASK (edges made from the class map of that task; no folder). Boxes are .npy files of rows: class id, left, top, right, bottom as shares of the image.
struct FolderTask
{
    TaskInfo info = {};
    std::string folder = {};
    std::string from = {};
    double scale = 0;     ///< 0: by file type
    double threshold = 0; ///< 0: values must be 0, 1 or 255
};

/// Throws Error naming the text. Checks that names differ and that `from` names a segmentation task.
std::vector<FolderTask> parseFolderTasks(const std::vector<std::string> &texts);

} // namespace concord
