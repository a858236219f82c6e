// A write that used up its attempts: what a person needs to understand it, kept in one place and bounded in size.
#include <algorithm>

#include "base/cut_text.h"
#include "base/probe.h"
#include "base/text.h"
#include "deliver/dispatcher.h"

namespace lockstep::deliver {

using connector::Exchange;
using connector::Failure;

namespace {

constexpr std::size_t kValueMax = 1024;    // bytes of JSON of one value
constexpr std::size_t kFieldsMax = 16384;  // of all values of a record
constexpr std::size_t kUrlMax = 2048;
constexpr std::size_t kBodyMax = 8192;

std::string json_text(std::string_view text) { return to_json(Value(text)); }

/// A JSON object of values, in its fields' order.
class ValuesJson {
 public:
  void add(std::string_view name, const Value& value) {
    std::string json = to_json(value);
    if (json.size() > kValueMax) json = json_text(cut_text(json, kValueMax) + "…");
    if (out_.size() + json.size() > kFieldsMax) {
      ++left_out_;
      return;
    }
    if (!out_.empty()) out_ += ", ";
    out_ += json_text(name) + ": " + json;
  }
  std::string take() const {
    const std::string more = left_out_ == 0 ? "" : std::string(out_.empty() ? "" : ", ") + "\"…\": " + json_text(std::to_string(left_out_) + " more");
    return "{" + out_ + more + "}";
  }

 private:
  std::string out_;
  std::size_t left_out_ = 0;
};

/// A body may hold hundreds of records: the part about this one is what counts.
std::string excerpt(const std::string& body, const std::vector<std::string>& names) {
  if (body.size() <= kBodyMax) return cut_text(body, kBodyMax);
  std::size_t at = std::string::npos;
  for (const std::string& name : names)
    if (!name.empty() && at == std::string::npos) at = body.find(name);
  const std::size_t from = at == std::string::npos || at < kBodyMax / 2 ? 0 : std::min(at - kBodyMax / 2, body.size() - kBodyMax);
  return (from > 0 ? "… " : "") + cut_text(std::string_view(body).substr(from), kBodyMax) + " … (" + std::to_string(body.size()) + " bytes in all)";
}

std::string exchange_json(const Exchange& exchange, const connector::WriteRow& row) {
  const std::vector<std::string> names{row.correlation, row.key, row.id, row.new_id};
  return "\"request\": {\"method\": " + json_text(exchange.method) + ", \"url\": " + json_text(cut_text(exchange.url, kUrlMax)) +
         ", \"body\": " + json_text(excerpt(exchange.body, names)) + "}, \"response\": {\"status\": " + std::to_string(exchange.status) +
         ", \"body\": " + json_text(excerpt(exchange.answer, names)) + "}, ";
}

}  // namespace

std::string Dispatcher::letter_context(const merge::EntityState& state, const Prepared& prepared, const Failure& failure) const {
  const EntityType& type = hub_.model.at(state.golden.type);
  ValuesJson sent, golden, shadow;
  for (const AuditChange& change : prepared.changes) sent.add(change.field, change.after.value_or(Value{}));
  const Link* link = state.find(system_.id);
  for (std::size_t i = 0; i < type.fields.size(); ++i) {
    if (!state.golden.fields[i].value.is_null()) golden.add(type.fields[i].name, state.golden.fields[i].value);
    if (link && i < link->fields.size() && link->fields[i].shadow) shadow.add(type.fields[i].name, *link->fields[i].shadow);
  }
  std::string observation = "null";
  if (link && link->seen.ms > 0) observation = "{\"seen\": " + json_text(format_iso(link->seen)) + ", \"version\": " + json_text(link->version) + "}";
  return "{\"status\": " + std::to_string(failure.status) + ", \"code\": " + json_text(failure.code) + ", \"sent\": " + sent.take() + ", " +
         (failure.exchange ? exchange_json(*failure.exchange, prepared.row) : std::string()) + "\"golden\": " + golden.take() +
         ", \"golden_version\": " + std::to_string(state.golden.version) + ", \"shadow\": " + shadow.take() + ", \"observation\": " + observation +
         ", \"mapping_version\": " + json_text(system_.find(state.golden.type)->mapping->version()) + "}";
}

Result<void> Dispatcher::dead_letter(Transaction& transaction, const merge::EntityState& state, const Prepared& prepared, const Failure& failure,
                                     DeliverReport& report) {
  reached("deliver.dead_letter");
  DeadLetterFilter open;
  open.entity = state.golden.id;
  open.connection = system_.id;
  open.state = DeadLetterState::open;
  TRY(const auto there, transaction.list_dead_letters(open));
  DeadLetter letter = there.empty() ? DeadLetter{} : there.front();
  if (there.empty()) {
    letter.id = hub_.ids.next(hub_.now());
    letter.first_failed = hub_.now();
  }
  letter.entity = state.golden.id;
  letter.connection = system_.id;
  letter.type = state.golden.type;
  letter.remote = RemoteId{prepared.object, prepared.row.id};
  letter.operation = std::string(to_string(prepared.operation));
  letter.failure_class = std::string(to_string(failure.failure_class));
  letter.error = failure.message;
  letter.fingerprint = fingerprint(failure);
  letter.attempts = prepared.attempts + 1;
  letter.last_failed = hub_.now();
  letter.context = letter_context(state, prepared, failure);
  ++report.dead_letters;
  return transaction.put(letter);
}

}  // namespace lockstep::deliver
