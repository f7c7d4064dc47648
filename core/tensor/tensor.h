#pragma once

// The one door to ATen: every torch version difference belongs in this room. `torch/torch.h` appears nowhere.
#include <ATen/ATen.h>
