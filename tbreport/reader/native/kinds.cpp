#include "kinds.h"

#include <algorithm>
#include <stdexcept>

namespace tbreport {

Kinds::Kinds(const std::map<std::string, std::string>& plugins,
             const std::map<std::string, std::string>& fields) {
  const auto add = [this](const std::string& name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      names.push_back(name);
      return static_cast<Kind>(names.size() - 1);
    }
    return static_cast<Kind>(found - names.begin());
  };
  for (const auto& [plugin, name] : plugins) by_plugin.emplace(plugin, add(name));
  for (const auto& [field, name] : fields) by_field.emplace(field, add(name));
  const auto of_plugin = [this](const char* plugin) {
    const auto found = by_plugin.find(plugin);
    if (found == by_plugin.end()) throw std::invalid_argument(plugin);
    return found->second;
  };
  const auto of_field = [this](const char* field) {
    const auto found = by_field.find(field);
    if (found == by_field.end()) throw std::invalid_argument(field);
    return found->second;
  };
  scalars = of_field("simple_value");
  histograms = of_field("histo");
  hparams = of_plugin("hparams");
  tensors = of_field("tensor");
  image = of_field("image");
  audio = of_field("audio");
  graph_def = of_field("graph_def");
  meta_graph_def = of_field("meta_graph_def");
  tagged_run_metadata = of_field("tagged_run_metadata");
}

}  // namespace tbreport
