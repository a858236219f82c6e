#include "world.h"

#include <algorithm>

#include "../load_support.h"
#include "base/text.h"

namespace lockstep::connector {

Task<void> SkippingClock::sleep_until(Instant when) {
  if (when > now()) elapsed_ = Duration{when.ms};
  co_return;
}

std::shared_ptr<void> SkippingClock::call_at(Instant when, std::function<void()> callback) {
  if (when > now()) elapsed_ = Duration{when.ms};
  callback();
  return std::make_shared<int>(0);
}

Task<Result<http::Response>> InProcess::send(http::Request request) {
  executor_.clock().advance(latency);
  sent.push_back(request);
  if (intercept)
    if (auto answer = intercept(request)) co_return std::move(*answer);
  const auto url = http::parse_url(request.url);
  const bool usual = url && ((url->scheme == "https" && url->port == 443) || (url->scheme == "http" && url->port == 80));
  const std::string origin = url ? url->scheme + "://" + url->host + (usual ? "" : ":" + std::to_string(url->port)) : "";
  const auto host = hosts_.find(origin);
  if (host == hosts_.end()) co_return fail(ErrorCode::unavailable, "not connected: nobody is at " + origin);
  http::ServerRequest received;
  received.method = request.method;
  received.target = url->target;
  received.headers = request.headers;
  received.body = request.body;
  http::Response response = host->second->handle(received, origin);
  if (response.status == 0) co_return fail(ErrorCode::unavailable, "the answer was cut");
  co_return response;
}

Task<Result<std::optional<std::string>>> MemorySecrets::load(std::string name) {
  const auto found = values.find(name);
  if (found == values.end()) co_return std::optional<std::string>{};
  co_return std::optional(found->second);
}

Task<Result<void>> MemorySecrets::save(std::string name, std::string value) {
  if (fails) co_return fail(ErrorCode::storage, "the disk is full");
  values[name] = std::move(value);
  co_return Result<void>{};
}

Layout::Layout(std::string object, const std::string& first_argument_name, std::vector<Field> fields) {
  selection_.object = std::move(object);
  for (Field& field : fields) {
    mapping::SlotSpec slot;
    slot.form = field.form;
    slot.type = field.type;
    slot.readable = field.readable;
    slot.arguments = std::move(field.more);
    slot.arguments.emplace_back(field.form == "association" ? "to" : first_argument_name, Value(field.name));
    make_map(slot.arguments);
    names_.push_back(field.name);
    selection_.slots.push_back(std::move(slot));
  }
}

std::size_t Layout::at(const std::string& field) const {
  const auto found = std::ranges::find(names_, field);
  if (found == names_.end()) ADD_FAILURE() << "no field " << field;
  return static_cast<std::size_t>(found - names_.begin());
}

mapping::Slots Layout::slots(const std::vector<std::pair<std::string, Value>>& values) const {
  mapping::Slots slots(names_.size());
  for (const auto& [name, value] : values) slots[at(name)] = value;
  return slots;
}

std::string show(const std::optional<Value>& value) {
  if (!value) return "absent";
  if (value->is_null()) return "null";
  if (const auto* text = value->get<std::string>()) return *text;
  if (const auto* remote = value->get<RemoteId>()) return remote->object + ":" + remote->id;
  if (const auto* decimal = value->get<Decimal>()) return decimal->text;
  if (const auto* number = value->get<std::int64_t>()) return std::to_string(*number);
  if (const auto* flag = value->get<bool>()) return *flag ? "true" : "false";
  if (const auto* time = value->get<WallTime>()) return format_iso(*time);
  if (const auto* date = value->get<Date>()) return format_iso(*date);
  return "?";
}

std::string show(const Failure& failure) {
  return std::string(to_string(failure.failure_class)) + " (" + std::to_string(failure.status) + " " + failure.code + "): " + failure.message;
}

std::string Layout::show(const mapping::Slots& slots, const std::string& field) const {
  const std::size_t index = at(field);
  return index < slots.size() ? connector::show(slots[index]) : "absent";
}

World::World(std::string connector) : network(executor), remote_clock(executor.clock()) { definition = load_shipped(connector).definition; }

void World::connect(ConnectionConfig config) {
  auto made = make_connector(definition, std::move(config), Environment{executor, network, secrets, Rng(3)});
  ASSERT_TRUE(made) << made.error().message;
  connector_ = std::move(*made);
}

void World::select(const Layout& layout) {
  const auto selected = connector_->select(layout.selection());
  ASSERT_TRUE(selected) << selected.error().message;
}

std::vector<Row> World::scan(const std::string& object) {
  std::vector<Row> rows;
  std::string position;
  for (int i = 0; i < 1000; ++i) {
    auto page = wait(connector_->scan(object, position));
    const auto decoded = page ? wait(connector_->decode(object, *page)) : Outcome<void>(tl::unexpected(page.error()));
    if (!decoded) {
      ADD_FAILURE() << "scan of " << object << ": " << show(decoded.error());
      return rows;
    }
    std::ranges::move(page->rows, std::back_inserter(rows));
    position = page->next;
    if (page->end) return rows;
  }
  ADD_FAILURE() << "the listing of " << object << " does not end";
  return rows;
}

std::vector<Row> World::changes(const std::string& object, std::string& position) {
  std::vector<Row> rows;
  for (int i = 0; i < 1000; ++i) {
    auto page = wait(connector_->changes(object, position));
    if (!page) {
      ADD_FAILURE() << "changes of " << object << ": " << show(page.error());
      return rows;
    }
    std::ranges::move(page->rows, std::back_inserter(rows));
    position = page->next;
    if (page->end) return rows;
  }
  ADD_FAILURE() << "the feed of " << object << " does not end";
  return rows;
}

std::vector<ReadResult> World::read(const std::string& object, std::vector<std::string> ids) {
  auto batch = wait(connector_->read_many(object, std::move(ids), Priority::real_time));
  if (batch) return std::move(batch->results);
  ADD_FAILURE() << "read of " << object << ": " << show(batch.error());
  return {};
}

WriteBatch World::write(const std::string& object, Operation operation, std::vector<WriteRow> rows) {
  const std::size_t count = rows.size();
  WriteBatch batch = wait(connector_->write(object, operation, std::move(rows), Priority::real_time));
  EXPECT_EQ(batch.results.size(), count);
  return batch;
}

Outcome<void> World::open() { return wait(connector_->open()); }

WriteRow created_row(const Layout& layout, const std::vector<std::pair<std::string, Value>>& values, std::string key) {
  WriteRow row;
  row.key = std::move(key);
  row.correlation = "trace-" + row.key;
  row.send_key = true;
  row.set = layout.slots(values);
  row.to = row.set;
  row.from.resize(row.set.size());
  return row;
}

WriteRow updated_row(const Layout& layout, std::string id, const std::vector<std::pair<std::string, Value>>& values, std::string version) {
  WriteRow row;
  row.id = std::move(id);
  row.correlation = "trace-" + row.id;
  row.version = std::move(version);
  row.set = layout.slots(values);
  row.to = row.set;
  row.from.resize(row.set.size());
  return row;
}

boost::json::value control(emulators::Emulator& emulator, const std::string& method, const std::string& path, const boost::json::value& body) {
  http::ServerRequest request;
  request.method = method;
  request.target = "/__emulator/" + path;
  if (!body.is_null()) request.body = boost::json::serialize(body);
  request.headers.set("Content-Type", "application/json");
  const http::Response response = emulator.handle(request, "http://control.test");
  EXPECT_LT(response.status, 300) << method << " " << path << ": " << response.body;
  boost::system::error_code error;
  boost::json::value parsed = boost::json::parse(response.body, error);
  return error ? boost::json::value(nullptr) : parsed;
}

void fault(emulators::Emulator& emulator, const boost::json::object& fault) { control(emulator, "POST", "faults", fault); }

boost::json::value edit(emulators::Emulator& emulator, const boost::json::object& what) {
  boost::json::object full = what;
  if (!full.contains("as")) full["as"] = "Ann";
  return control(emulator, "POST", "edit", full);
}

}  // namespace lockstep::connector
