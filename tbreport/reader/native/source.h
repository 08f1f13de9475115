// Where a file's bytes come from.

#pragma once

#include <filesystem>
#include <system_error>

#include "bytes.h"

namespace tbreport {

class Source {
 public:
  virtual ~Source() = default;

  // Taken once: what a writer appends meanwhile is left for the next reading.
  virtual uint64_t size() = 0;

  // Bytes from an offset on; how many there were, fewer where the file ends.
  // Throws std::system_error.
  virtual size_t read(uint64_t offset, uint8_t* into, size_t length) = 0;
};

class File final : public Source {
 public:
  // Throws std::system_error.
  explicit File(const std::filesystem::path& path);
  ~File() override;
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  uint64_t size() override;
  size_t read(uint64_t offset, uint8_t* into, size_t length) override;

 private:
  int descriptor_;
};

class Memory final : public Source {
 public:
  explicit Memory(Bytes bytes) : bytes_(bytes) {}

  uint64_t size() override { return bytes_.size(); }
  size_t read(uint64_t offset, uint8_t* into, size_t length) override;

 private:
  Bytes bytes_;
};

}  // namespace tbreport
