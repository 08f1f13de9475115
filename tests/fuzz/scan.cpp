// Bytes as a file: `scan`. Chunks are small in this build, so that records lie across their ends.

#include "target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t length) {
  using namespace tbreport;
  Memory source({bytes, length});
  Buffer buffer;
  const FileScan found = scan(source, kKinds, {}, buffer);
  require(found.good_bytes <= length && found.records <= length / (kHeader + kFooter));
  for (const Blob& blob : found.blobs) require(blob.offset + blob.length <= found.good_bytes);

  // What comes behind the good bytes is read again with nothing in it, as when a file has grown.
  if (found.problems.empty()) {
    const FileScan rest = scan(source, kKinds, {found.good_bytes, found.plugins}, buffer);
    require(!rest.records && rest.problems.empty());
  }
  return 0;
}
