// Many files at once, by several threads.

#pragma once

#include <functional>
#include <vector>

#include "scan.h"

namespace tbreport {

// The event files of one folder, in the order in which they go on; the plugins are remembered from
// each to the next.
using Folder = std::vector<std::filesystem::path>;

// Scans folders from the first on until `budget` bytes were read, and so at least one; what the
// files of each hold, in their order. A folder is one thread's work, as each of its files needs
// what the one before it remembered. Throws what a scan throws: std::bad_alloc.
std::vector<std::vector<FileScan>> scan_folders(const std::vector<Folder>& folders,
                                                const Kinds& kinds, unsigned threads,
                                                uint64_t budget);

}  // namespace tbreport
