// One event file → columns, references to blobs, and problems; what python_engine.py does.
//
// No Python here: `binding.cpp` hands the results over.

#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "columns.h"
#include "kinds.h"
#include "problems.h"
#include "source.h"
#include "window.h"

namespace tbreport {

// Tag → plugin name: writers send it with a tag's first value alone.
using Plugins = std::map<std::string, std::string, std::less<>>;

// What an earlier scan knew, of the same file or of those that stand before it in the folder.
struct State {
  uint64_t offset = 0;  // where to begin: the good bytes of the earlier scan of this file
  Plugins plugins;
};

struct Blob {
  Kind kind;
  std::string tag;
  int64_t step;
  double wall_time;
  uint64_t offset;  // of the record's payload
  uint64_t length;
  uint64_t index;  // in the summary
};

struct Purge {
  int64_t step;
  double wall_time;
};

template <class Columns>
struct Tagged {
  std::string tag;
  std::unique_ptr<Columns> columns;
};

struct FileScan {
  uint64_t size = 0;
  uint64_t records = 0;
  uint64_t good_bytes = 0;
  std::optional<double> first_wall_time, last_wall_time;
  std::string file_version;
  std::string writer;
  std::vector<Tagged<ScalarColumns>> scalars;  // by their first point
  std::vector<Tagged<HistogramColumns>> histograms;
  std::vector<Blob> blobs;
  std::vector<std::string> sessions;  // what the hparams plugin wrote, in order, to be decoded
  std::vector<Purge> purges;
  std::vector<Problem> problems;
  Plugins plugins;
};

// Reads a file from `state.offset` on. What is wrong with a file as a whole is judged where that is
// 0. `arena`: where columns are cut from, if anywhere.
FileScan scan(Source& source, const Kinds& kinds, State state, Buffer& buffer,
              Arena* arena = nullptr);

// The same for a file on disk; one that cannot be read is a problem.
FileScan scan(const std::filesystem::path& path, const Kinds& kinds, State state, Buffer& buffer,
              Arena* arena = nullptr);

}  // namespace tbreport
