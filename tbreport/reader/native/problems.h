// Collects problems; past kListed of a code the last one counts the rest. What scan.ProblemLog
// does.

#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tbreport {

struct Problem {
  std::string code;
  uint64_t offset;
  uint64_t length;
  std::string detail;
  uint64_t count = 1;
};

class Problems {
 public:
  static constexpr uint64_t kListed = 100;  // one by one, for each code and file

  void add(std::string_view code, uint64_t offset, uint64_t length, std::string detail) {
    Listed& listed = of_code_[std::string(code)];
    if (listed.count++ < kListed) {
      listed.last = problems.size();
      problems.push_back({std::string(code), offset, length, std::move(detail)});
      return;
    }
    Problem& last = problems[listed.last];
    ++last.count;
    last.length += length;
  }

  bool has(std::string_view code) const { return of_code_.count(std::string(code)) > 0; }

  std::vector<Problem> problems;

 private:
  struct Listed {
    uint64_t count = 0;
    size_t last = 0;
  };
  std::map<std::string, Listed> of_code_;
};

}  // namespace tbreport
