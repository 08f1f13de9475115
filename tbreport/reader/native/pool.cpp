#include "pool.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace tbreport {
namespace {

// What a small file's columns take, however few its bytes are.
constexpr uint64_t kLeastWeight = uint64_t{64} << 10;

}  // namespace

Pool::Pool(std::vector<Folder> folders, const Kinds& kinds, unsigned threads, uint64_t budget)
    : kinds(kinds), folders_(std::move(folders)), budget_(budget), scanned_(folders_.size()) {
  others_.reserve(std::min<size_t>(threads, folders_.size()));
  try {
    for (size_t n = 1; n < threads && n < folders_.size(); ++n) {
      others_.emplace_back([this] { work(); });
    }
  } catch (const std::system_error&) {  // the system gives no more threads: fewer do it, too
  }
}

Pool::~Pool() {
  {
    const Lock lock(guard_);
    stopped_ = true;
  }
  room_.notify_all();
  for (std::thread& other : others_) other.join();
}

std::optional<std::vector<FileScan>> Pool::next() {
  Lock lock(guard_);
  if (taken_ == folders_.size()) return std::nullopt;
  Scanned& wanted = scanned_[taken_];
  while (!wanted.ready) {
    if (begun_ == taken_ || may_begin()) {
      scan_one(lock, desk_);
    } else {
      ready_.wait(lock, [&] { return wanted.ready; });
    }
  }
  ++taken_;
  waiting_ -= wanted.weight;
  // At half the budget, not at once: so that they do not fall asleep after every folder.
  if (waiting_ <= budget_ / 2) room_.notify_all();
  if (wanted.failure) std::rethrow_exception(wanted.failure);
  return std::move(wanted.files);
}

void Pool::work() {
  Desk desk;
  Lock lock(guard_);
  for (;;) {
    room_.wait(lock, [&] { return stopped_ || begun_ == folders_.size() || may_begin(); });
    if (stopped_ || begun_ == folders_.size()) return;
    scan_one(lock, desk);
  }
}

std::vector<FileScan> Pool::scan_folder(const Folder& folder, const Kinds& kinds, Desk& desk) {
  std::vector<FileScan> files;
  State state;
  for (const std::filesystem::path& path : folder) {
    files.push_back(scan(path, kinds, state, desk.buffer, &desk.arena));
    state.plugins = files.back().plugins;
  }
  return files;
}

// Scans the next folder that nobody has begun; others may go on meanwhile.
void Pool::scan_one(Lock& lock, Desk& desk) {
  const size_t place = begun_++;
  Scanned found;
  lock.unlock();
  try {
    found.files = scan_folder(folders_[place], kinds, desk);
    for (const FileScan& file : found.files) found.weight += std::max(file.size, kLeastWeight);
  } catch (...) {
    found.failure = std::current_exception();
  }
  lock.lock();
  found.ready = true;
  waiting_ += found.weight;
  scanned_[place] = std::move(found);
  if (place == taken_) ready_.notify_one();
}

}  // namespace tbreport
