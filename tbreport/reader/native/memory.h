// Memory of columns.
//
// To touch memory for the first time takes up to a fifth of a scan where each page is 4 KiB. So
// columns of a middling length, which are most, are cut from chunks that the system can back by
// huge pages; many small and few large ones are malloc's.

#pragma once

#include <cstddef>

namespace tbreport {

struct Chunk;

// Where one thread cuts the columns of one file after another. A chunk lasts as long as a piece of
// it is left.
class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena();

  // Throws std::bad_alloc.
  void* cut(size_t size);

 private:
  Chunk* chunk_ = nullptr;
};

// As std::realloc. `held`: bytes of the piece that are kept. Cuts from the arena where there is one
// and the size is middling. Throws std::bad_alloc.
void* resized(void* piece, size_t held, size_t size, Arena* arena = nullptr);

void release(void* piece);

}  // namespace tbreport
