#pragma once

// How boxes lie in a plane is known to core/probe, which makes them; the window sees core through this room.
#include "core/probe/plane.h"
