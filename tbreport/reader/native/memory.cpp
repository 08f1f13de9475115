#include "memory.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace tbreport {

struct alignas(16) Chunk {
  std::atomic<size_t> holders{1};  // pieces, and the arena that cuts them
  size_t size;
  size_t used = sizeof(Chunk);

  explicit Chunk(size_t size) : size(size) {}
};

namespace {

constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kFirstChunk = size_t{256} << 10;
constexpr size_t kLargestChunk = 2 * kHugePage;
constexpr size_t kSmallestCut = size_t{4} << 10;
constexpr size_t kLargestCut = kLargestChunk / 8;  // what is left over at a chunk's end is less

// Stands before each piece.
struct alignas(16) Header {
  Chunk* chunk;  // null where malloc gave it
};

// Pages at the beginning of a huge one, or null.
void* map_huge(size_t size) {
#ifdef MADV_HUGEPAGE
  constexpr int flags = MAP_PRIVATE | MAP_ANONYMOUS;
  void* mapped = ::mmap(nullptr, size + kHugePage, PROT_READ | PROT_WRITE, flags, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  auto* const begin = static_cast<uint8_t*>(mapped);
  const size_t before = -reinterpret_cast<uintptr_t>(begin) % kHugePage;
  if (before) ::munmap(begin, before);
  ::munmap(begin + before + size, kHugePage - before);
  ::madvise(begin + before, size, MADV_HUGEPAGE);  // where that is refused, small ones do
  return begin + before;
#else
  return std::malloc(size);
#endif
}

void unmap(void* pages, size_t size) {
#ifdef MADV_HUGEPAGE
  ::munmap(pages, size);
#else
  static_cast<void>(size);
  std::free(pages);
#endif
}

Chunk* new_chunk(size_t size) {
  void* memory = size == kLargestChunk ? map_huge(size) : std::malloc(size);
  if (!memory) throw std::bad_alloc();
  return new (memory) Chunk(size);
}

void let_go(Chunk* chunk) {
  if (chunk->holders.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
  if (chunk->size == kLargestChunk) return unmap(chunk, chunk->size);
  std::free(chunk);
}

Header* header(void* piece) { return piece ? static_cast<Header*>(piece) - 1 : nullptr; }

void* reallocated(Header* old, size_t size) {
  void* memory = std::realloc(old, sizeof(Header) + size);
  if (!memory) throw std::bad_alloc();
  return new (memory) Header{nullptr} + 1;
}

}  // namespace

Arena::~Arena() {
  if (chunk_) let_go(chunk_);
}

void* Arena::cut(size_t size) {
  const size_t wanted = (sizeof(Header) + size + alignof(Header) - 1) & ~(alignof(Header) - 1);
  if (!chunk_ || chunk_->size - chunk_->used < wanted) {
    // Growing, so that a small file does not touch a huge page.
    size_t length = std::max(chunk_ ? 2 * chunk_->size : kFirstChunk, 8 * wanted);
    if (length >= kHugePage) length = kLargestChunk;
    Chunk* const next = new_chunk(length);
    if (chunk_) let_go(chunk_);
    chunk_ = next;
  }
  void* const place = reinterpret_cast<uint8_t*>(chunk_) + chunk_->used;
  chunk_->used += wanted;
  chunk_->holders.fetch_add(1, std::memory_order_relaxed);
  return new (place) Header{chunk_} + 1;
}

void* resized(void* piece, size_t held, size_t size, Arena* arena) {
  Header* const old = header(piece);
  const bool middling = arena && size >= kSmallestCut && size <= kLargestCut;
  if (!middling && (!old || !old->chunk)) return reallocated(old, size);
  void* const larger = middling ? arena->cut(size) : reallocated(nullptr, size);
  if (held) std::memcpy(larger, piece, held);
  release(piece);
  return larger;
}

void release(void* piece) {
  Header* const old = header(piece);
  if (!old) return;
  if (old->chunk) return let_go(old->chunk);
  std::free(old);
}

}  // namespace tbreport
