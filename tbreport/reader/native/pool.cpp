#include "pool.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>

namespace tbreport {
namespace {

std::vector<FileScan> scan_folder(const Folder& folder, const Kinds& kinds, Buffer& buffer) {
  std::vector<FileScan> scans;
  State state;
  for (const std::filesystem::path& path : folder) {
    scans.push_back(scan(path, kinds, state, buffer));
    state.plugins = scans.back().plugins;
  }
  return scans;
}

}  // namespace

std::vector<std::vector<FileScan>> scan_folders(const std::vector<Folder>& folders,
                                                const Kinds& kinds, unsigned threads,
                                                uint64_t budget) {
  std::vector<std::vector<FileScan>> scans(folders.size());
  // Folders are taken in their order: those scanned are the first ones.
  std::atomic<size_t> next{0};
  std::atomic<uint64_t> read{0};
  std::exception_ptr failure;
  std::mutex guard;
  const auto work = [&] {
    try {
      Buffer buffer;
      for (size_t n; read < budget && (n = next++) < folders.size();) {
        scans[n] = scan_folder(folders[n], kinds, buffer);
        for (const FileScan& file : scans[n]) read += file.size;
      }
    } catch (...) {
      next = folders.size();  // the others stop after the folder they are at
      const std::lock_guard<std::mutex> lock(guard);
      if (!failure) failure = std::current_exception();
    }
  };
  std::vector<std::thread> others;
  others.reserve(std::min<size_t>(threads, folders.size()));
  try {
    for (size_t n = 1; n < threads && n < folders.size(); ++n) others.emplace_back(work);
  } catch (const std::system_error&) {  // the system gives no more threads: fewer do it, too
  }
  work();
  for (std::thread& other : others) other.join();
  if (failure) std::rethrow_exception(failure);
  scans.resize(std::min(next.load(), folders.size()));
  return scans;
}

}  // namespace tbreport
