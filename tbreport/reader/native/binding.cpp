// The face of the core: paths in, tuples out, in the order in which native_engine.py takes them.
//
// The interpreter is let go while files are scanned. Arrays own the memory that the scan filled.

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <algorithm>

#include "crc32c.h"
#include "pool.h"

namespace py = pybind11;

namespace tbreport {
namespace {

// Holds a file's columns as long as an array over them is left.
template <class Columns>
py::capsule owned(std::unique_ptr<Columns> columns) {
  return py::capsule(columns.release(), [](void* held) { delete static_cast<Columns*>(held); });
}

template <class Number>
py::array array_over(const Number* numbers, size_t size, const py::capsule& owner) {
  py::array_t<Number> array(static_cast<py::ssize_t>(size), numbers, owner);
  py::detail::array_proxy(array.ptr())->flags &= ~py::detail::npy_api::NPY_ARRAY_WRITEABLE_;
  return array;
}

template <class Number>
py::array array_over(const Array<Number>& numbers, const py::capsule& owner) {
  return array_over(numbers.begin(), numbers.size(), owner);
}

py::tuple arrays(std::unique_ptr<ScalarColumns> columns) {
  const ScalarColumns& c = *columns;
  const py::capsule owner = owned(std::move(columns));
  return py::make_tuple(array_over(c.steps(), c.size(), owner),
                        array_over(c.wall_times(), c.size(), owner),
                        array_over(c.values(), c.size(), owner), c.rising());
}

py::tuple arrays(std::unique_ptr<HistogramColumns> columns) {
  const HistogramColumns& c = *columns;
  const py::capsule owner = owned(std::move(columns));
  return py::make_tuple(array_over(c.steps, owner), array_over(c.wall_times, owner),
                        array_over(c.offsets, owner), array_over(c.edges, owner),
                        array_over(c.counts, owner), array_over(c.min, owner),
                        array_over(c.max, owner), array_over(c.num, owner),
                        array_over(c.sum, owner), array_over(c.sum_squares, owner));
}

template <class Columns>
py::dict by_tag(std::vector<Tagged<Columns>>& tagged) {
  py::dict found;
  for (Tagged<Columns>& one : tagged) found[py::str(one.tag)] = arrays(std::move(one.columns));
  return found;
}

py::tuple handed_over(FileScan scan, const Kinds& kinds) {
  py::list blobs, sessions, purges, problems;
  for (const Blob& blob : scan.blobs) {
    blobs.append(py::make_tuple(kinds.names[blob.kind], blob.tag, blob.step, blob.wall_time,
                                blob.offset, blob.length, blob.index));
  }
  for (const std::string& session : scan.sessions) sessions.append(py::bytes(session));
  for (const Purge& purge : scan.purges) purges.append(py::make_tuple(purge.step, purge.wall_time));
  for (const Problem& problem : scan.problems) {
    problems.append(py::make_tuple(problem.code, problem.offset, problem.length, problem.detail,
                                   problem.count));
  }
  const py::tuple file =
      py::make_tuple(scan.size, scan.records, scan.good_bytes, scan.first_wall_time,
                     scan.last_wall_time, scan.file_version, scan.writer);
  return py::make_tuple(file, by_tag(scan.scalars), by_tag(scan.histograms), blobs, sessions,
                        purges, problems, scan.plugins);
}

py::tuple scan_file(const std::filesystem::path& path, const Kinds& kinds, Plugins plugins,
                    uint64_t offset) {
  FileScan found;
  {
    const py::gil_scoped_release others_may_run;
    Buffer buffer;
    found = scan(path, kinds, {offset, std::move(plugins)}, buffer);
  }
  return handed_over(std::move(found), kinds);
}

py::list next_folder(Pool& pool) {
  std::optional<std::vector<FileScan>> scans;
  {
    const py::gil_scoped_release others_may_run;
    scans = pool.next();
  }
  if (!scans) throw py::stop_iteration();
  py::list files;
  for (FileScan& file : *scans) files.append(handed_over(std::move(file), pool.kinds));
  return files;
}

// One view for each row of a ragged array: a loop in Python takes three times as long.
py::list rows(const py::array_t<double, py::array::c_style>& numbers,
              const py::array_t<int64_t, py::array::c_style>& offsets) {
  const auto& api = py::detail::npy_api::get();
  const py::dtype dtype = py::dtype::of<double>();
  const int flags = numbers.flags() & ~py::detail::npy_api::NPY_ARRAY_OWNDATA_;
  const py::ssize_t count = std::max<py::ssize_t>(offsets.size() - 1, 0);
  const int64_t* const at = offsets.data();
  py::list found(count);
  for (py::ssize_t n = 0; n < count; ++n) {
    if (at[n] < 0 || at[n + 1] < at[n] || at[n + 1] > numbers.size()) {
      throw py::value_error("offsets do not rise, or leave the array");
    }
    Py_intptr_t length = at[n + 1] - at[n];
    void* const begin = const_cast<double*>(numbers.data() + at[n]);
    auto row = py::reinterpret_steal<py::object>(api.PyArray_NewFromDescr_(
        api.PyArray_Type_, dtype.inc_ref().ptr(), 1, &length, nullptr, begin, flags, nullptr));
    if (!row || api.PyArray_SetBaseObject_(row.ptr(), numbers.inc_ref().ptr())) {
      throw py::error_already_set();
    }
    PyList_SET_ITEM(found.ptr(), n, row.release().ptr());
  }
  return found;
}

uint32_t crc(const py::bytes& bytes, bool by_table) {
  const Bytes over{std::string_view(bytes)};
  return (by_table ? crc_by_table : crc_update)(0, over.begin, over.size());
}

}  // namespace
}  // namespace tbreport

PYBIND11_MODULE(native_core, module) {
  using namespace tbreport;
  module.doc() = "Event files to columns; see native_engine.py.";
  py::class_<Kinds>(module, "Kinds")
      .def(py::init<const std::map<std::string, std::string>&,
                    const std::map<std::string, std::string>&>(),
           py::arg("by_plugin"), py::arg("by_field"));
  module.def("scan", scan_file, py::arg("path"), py::arg("kinds"), py::arg("plugins"),
             py::arg("offset"));
  py::class_<Pool>(module, "Pool")
      .def(py::init<std::vector<Folder>, const Kinds&, unsigned, uint64_t>(), py::arg("folders"),
           py::arg("kinds"), py::arg("threads"), py::arg("budget"))
      .def("__iter__", [](Pool& pool) -> Pool& { return pool; })
      .def("__next__", next_folder);
  module.def("rows", rows, py::arg("numbers"), py::arg("offsets"));
  module.def("crc32c", crc, py::arg("bytes"), py::arg("by_table"));
}
