#include "source.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#ifdef _WIN32
#include <io.h>
#else
#include <unistd.h>
#endif

namespace tbreport {
namespace {

// Linux reads at most 2 GiB - 4096 at once, Windows counts in an int.
constexpr size_t kAtOnce = size_t{1} << 30;

[[noreturn]] void fail(int error) { throw std::system_error(error, std::generic_category()); }

}  // namespace

#ifdef _WIN32

File::File(const std::filesystem::path& path)
    : descriptor_(::_wopen(path.c_str(), _O_RDONLY | _O_BINARY | _O_NOINHERIT)) {
  if (descriptor_ < 0) fail(errno);
}

File::~File() { ::_close(descriptor_); }

uint64_t File::size() {
  const int64_t end = ::_lseeki64(descriptor_, 0, SEEK_END);
  if (end < 0) fail(errno);
  return static_cast<uint64_t>(end);
}

size_t File::read(uint64_t offset, uint8_t* into, size_t length) {
  if (::_lseeki64(descriptor_, static_cast<int64_t>(offset), SEEK_SET) < 0) fail(errno);
  size_t there = 0;
  while (there < length) {
    const unsigned wanted = static_cast<unsigned>(std::min(length - there, kAtOnce));
    const int got = ::_read(descriptor_, into + there, wanted);
    if (got < 0) fail(errno);
    if (got == 0) break;
    there += static_cast<size_t>(got);
  }
  return there;
}

#else

File::File(const std::filesystem::path& path) {
  do {
    descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  } while (descriptor_ < 0 && errno == EINTR);
  if (descriptor_ < 0) fail(errno);
  struct stat status;
  const int error = ::fstat(descriptor_, &status) < 0 ? errno
                    : S_ISDIR(status.st_mode)         ? EISDIR
                                                      : 0;
  if (error) {
    ::close(descriptor_);
    fail(error);
  }
}

File::~File() { ::close(descriptor_); }

uint64_t File::size() {
  const off_t end = ::lseek(descriptor_, 0, SEEK_END);
  if (end < 0) fail(errno);
  return static_cast<uint64_t>(end);
}

size_t File::read(uint64_t offset, uint8_t* into, size_t length) {
  size_t there = 0;
  while (there < length) {
    const ssize_t got = ::pread(descriptor_, into + there, std::min(length - there, kAtOnce),
                                static_cast<off_t>(offset + there));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(errno);
    if (got == 0) break;
    there += static_cast<size_t>(got);
  }
  return there;
}

#endif

size_t Memory::read(uint64_t offset, uint8_t* into, size_t length) {
  if (offset >= bytes_.size()) return 0;
  const size_t there = std::min<size_t>(length, bytes_.size() - static_cast<size_t>(offset));
  std::memcpy(into, bytes_.begin + offset, there);
  return there;
}

}  // namespace tbreport
