#include "scan.h"

#include "collector.h"

namespace tbreport {
namespace {

constexpr size_t kHead = 23;  // as long as the line that begins a Git LFS pointer

void read_all(Source& source, uint64_t start, Buffer& buffer, Collector& collector) {
  Records records(source, collector.size(), start, buffer);
  for (;;) {
    records.skip_to(collector.take_alike(records.ahead(), records.offset()));
    switch (records.next()) {
      case Records::Item::record:
        collector.take(records.record);
        break;
      case Records::Item::damage:
        collector.take(records.damage);
        break;
      case Records::Item::end:
        return;
    }
  }
}

}  // namespace

FileScan scan(Source& source, const Kinds& kinds, State state, Buffer& buffer, Arena* arena) {
  Collector collector(kinds, std::move(state.plugins), arena);
  try {
    collector.begin(source.size(), state.offset);
    read_all(source, state.offset, buffer, collector);
    if (!state.offset) {
      uint8_t head[kHead];
      collector.judge_file({head, source.read(0, head, sizeof head)});
    }
  } catch (const std::system_error& error) {
    collector.take(error);
  }
  return collector.finish();
}

FileScan scan(const std::filesystem::path& path, const Kinds& kinds, State state, Buffer& buffer,
              Arena* arena) {
  try {
    File file(path);
    return scan(file, kinds, std::move(state), buffer, arena);
  } catch (const std::system_error& error) {
    Collector collector(kinds, std::move(state.plugins));
    collector.take(error);
    return collector.finish();
  }
}

}  // namespace tbreport
