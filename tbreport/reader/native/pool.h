// Many files at once, by several threads.

#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "scan.h"

namespace tbreport {

// The event files of one folder, in the order in which they go on; the plugins are remembered from
// each to the next.
using Folder = std::vector<std::filesystem::path>;

// Scans folders in their order, ahead of whoever takes what they hold. A folder is one thread's
// work, as each of its files needs what the one before it remembered.
class Pool {
 public:
  // `threads` includes the one that takes: with one, each folder is scanned when it is asked for.
  // Begins nothing further while files of `budget` bytes are scanned and not taken.
  Pool(std::vector<Folder> folders, const Kinds& kinds, unsigned threads, uint64_t budget);
  ~Pool();  // ends after the folders that are being scanned
  Pool(const Pool&) = delete;

  // What the files of the next folder hold, in their order; nothing behind the last folder. Scans
  // with the others until it is there. Throws what a scan throws: std::bad_alloc.
  std::optional<std::vector<FileScan>> next();

  const Kinds kinds;

 private:
  struct Scanned {
    std::vector<FileScan> files;
    uint64_t weight = 0;  // bytes
    bool ready = false;
    std::exception_ptr failure;
  };
  // What a thread works with, file after file.
  struct Desk {
    Buffer buffer;
    Arena arena;
  };
  using Lock = std::unique_lock<std::mutex>;

  static std::vector<FileScan> scan_folder(const Folder& folder, const Kinds& kinds, Desk& desk);

  void work();
  void scan_one(Lock& lock, Desk& desk);
  bool may_begin() const { return begun_ < folders_.size() && waiting_ < budget_; }

  const std::vector<Folder> folders_;
  const uint64_t budget_;
  Desk desk_;  // of the thread that takes
  std::vector<std::thread> others_;

  std::mutex guard_;  // of what follows
  std::condition_variable room_, ready_;
  std::vector<Scanned> scanned_;  // a place for each folder
  size_t begun_ = 0, taken_ = 0;  // folders
  uint64_t waiting_ = 0;          // bytes that are scanned and not taken
  bool stopped_ = false;
};

}  // namespace tbreport
