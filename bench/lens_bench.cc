// How fast records go through the lenses of each shipped mapping, both ways, beside parsing and printing the same JSON, which
// nobody can avoid.
#include <benchmark/benchmark.h>

#include <boost/json.hpp>

#include "base/check.h"
#include "bench/records.h"

namespace lockstep::bench {
namespace {

namespace json = boost::json;

constexpr std::size_t kPage = 100;

std::vector<mapping::Slots> rows_of(const Place& place) {
  std::vector<mapping::Slots> rows;
  for (std::size_t number = 0; number < kPage; ++number) rows.push_back(row(place, number));
  return rows;
}

void parse_and_print(benchmark::State& state, const Place& place) {
  const std::string text = page(place, rows_of(place));
  std::vector<unsigned char> buffer(text.size() * 8);
  std::string printed;
  for (auto _ : state) {
    json::monotonic_resource arena(buffer.data(), buffer.size());
    const json::value document = json::parse(text, &arena);
    printed = json::serialize(document);
    benchmark::DoNotOptimize(printed.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kPage));
}

void get_and_put(benchmark::State& state, const Place& place) {
  const std::vector<mapping::Slots> rows = rows_of(place);
  std::vector<FieldIndex> written;
  for (std::size_t i = 0; i < example().model.at(place.type).fields.size(); ++i)
    if (const FieldIndex field{static_cast<std::uint16_t>(i)}; place.mapping->writes(place.variant, field)) written.push_back(field);
  for (auto _ : state)
    for (const mapping::Slots& row : rows) {
      std::vector<mapping::GetProblem> problems;
      const Fields fields = place.mapping->get(place.variant, row, problems);
      const mapping::Slots sent = place.mapping->put(place.variant, fields, written, false, problems);
      CHECK(problems.empty(), problems.front().message);
      benchmark::DoNotOptimize(sent.data());
    }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kPage));
}

const bool registered = [] {
  for (const Place& place : places()) {
    benchmark::RegisterBenchmark(("json/" + place.name()).c_str(), parse_and_print, place);
    benchmark::RegisterBenchmark(("lens/" + place.name()).c_str(), get_and_put, place);
  }
  return true;
}();

}  // namespace
}  // namespace lockstep::bench
