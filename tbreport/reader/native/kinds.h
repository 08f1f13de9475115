// What a value is, by its plugin name, else by the field that is set; the table is that of
// kinds.py.

#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tbreport {

// A place in `Kinds::names`.
using Kind = uint32_t;

struct Kinds {
  // Throws std::invalid_argument with the plugin or field that the scan has to know and is not
  // there.
  Kinds(const std::map<std::string, std::string>& by_plugin,
        const std::map<std::string, std::string>& by_field);

  // The kind of a plugin's values, else the other one.
  Kind of(std::string_view plugin, Kind otherwise) const {
    const auto found = by_plugin.find(plugin);
    return found == by_plugin.end() ? otherwise : found->second;
  }

  std::vector<std::string> names;
  std::map<std::string, Kind, std::less<>> by_plugin;
  std::map<std::string, Kind, std::less<>> by_field;
  Kind scalars, histograms, hparams, tensors;
  Kind image, audio, graph_def, meta_graph_def, tagged_run_metadata;
};

}  // namespace tbreport
