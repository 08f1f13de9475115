// What the fuzzers share.

#pragma once

#include <cstdlib>

#include "collector.h"

namespace tbreport {

// The table of kinds.py.
inline const Kinds kKinds{
#include "kinds.inc"
};

inline void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace tbreport
