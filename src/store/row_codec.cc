#include "store/row_codec.h"

#include <algorithm>
#include <optional>

namespace lockstep::codec {

namespace {

class Writer {
 public:
  void number(std::int64_t value) {
    auto raw = (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
    while (raw >= 0x80) {
      out_ += static_cast<char>((raw & 0x7f) | 0x80);
      raw >>= 7;
    }
    out_ += static_cast<char>(raw);
  }
  void text(std::string_view value) {
    number(static_cast<std::int64_t>(value.size()));
    out_ += value;
  }
  void id(const Ulid& id) {
    number(id.is_nil() ? 0 : 1);
    if (!id.is_nil()) out_.append(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size());
  }
  void value(const Value& value) { encode(value, out_); }
  void optional(const std::optional<Value>& one) {
    number(one ? 1 : 0);
    if (one) value(*one);
  }
  void stamp(const Stamp& stamp) {
    const bool set = stamp.own_us != INT64_MIN;
    // Fields of one write share a stamp: 2 stands for the last one set in this row.
    const bool again = set && stamp == last_stamp_;
    number(!set ? 0 : again ? 2 : 1);
    if (!set || again) return;
    last_stamp_ = stamp;
    number(stamp.own_us);
    number(stamp.lifted_us - stamp.own_us);
    number(stamp.uncertainty_us);
    number(stamp.system.value());
    id(stamp.run.value());
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
  Stamp last_stamp_;
};

/// Reading past the end sets `bad` once; callers ask at the end.
class Reader {
 public:
  explicit Reader(std::string_view in) : in_(in) {}
  std::int64_t number() {
    std::uint64_t raw = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (in_.empty()) return fail_number();
      const auto byte = static_cast<unsigned char>(in_[0]);
      in_.remove_prefix(1);
      raw |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return static_cast<std::int64_t>(raw >> 1) ^ -static_cast<std::int64_t>(raw & 1);
    }
    return fail_number();
  }
  std::size_t count() {
    const std::int64_t value = number();
    if (value < 0 || static_cast<std::uint64_t>(value) > in_.size()) return static_cast<std::size_t>(fail_number());
    return static_cast<std::size_t>(value);
  }
  std::string text() {
    const std::size_t size = count();
    if (size > in_.size()) return fail_number(), "";
    std::string value(in_.substr(0, size));
    in_.remove_prefix(size);
    return value;
  }
  Ulid id() {
    Ulid id;
    if (number() == 0) return id;
    if (in_.size() < id.bytes.size()) return fail_number(), id;
    for (std::size_t i = 0; i < id.bytes.size(); ++i) id.bytes[i] = static_cast<std::uint8_t>(in_[i]);
    in_.remove_prefix(id.bytes.size());
    return id;
  }
  void value(Value& into) {
    if (!decode_value(in_, into)) fail_number();
  }
  Value value() {
    Value value;
    this->value(value);
    return value;
  }
  void optional(std::optional<Value>& into) {
    if (number() != 0) value(into.emplace());
  }
  std::optional<Value> optional() {
    std::optional<Value> value;
    optional(value);
    return value;
  }
  Stamp stamp() {
    Stamp stamp;
    const std::int64_t how = number();
    if (how == 0) return stamp;
    if (how == 2) return last_stamp_;
    stamp.own_us = number();
    if (__builtin_add_overflow(stamp.own_us, number(), &stamp.lifted_us)) fail_number();
    stamp.uncertainty_us = number();
    stamp.system = ConnectionId{static_cast<std::uint16_t>(number())};
    stamp.run = RunId{id()};
    last_stamp_ = stamp;
    return stamp;
  }
  WallTime time() { return WallTime{number()}; }
  bool flag() { return number() != 0; }
  Result<void> finish(std::string_view what) const {
    if (!bad_ && in_.empty()) return {};
    return fail(ErrorCode::storage, "damaged " + std::string(what) + ": restore a backup, or delete the row and list the system anew");
  }
  bool bad() const { return bad_; }

 private:
  std::int64_t fail_number() {
    bad_ = true;
    in_ = {};
    return 0;
  }
  std::string_view in_;
  bool bad_ = false;
  Stamp last_stamp_;
};

void write_link_field(Writer& out, const LinkField& field) {
  const bool acked_is_shadow = field.shadow == field.acked;
  out.number((acked_is_shadow ? 1 : 0) | (field.unverified ? 2 : 0) | (field.frozen ? 4 : 0) | (field.new_mapping ? 8 : 0) | (field.before ? 16 : 0) |
             (field.unanswered.empty() ? 0 : 32) | (field.names_loser ? 64 : 0) | (field.missed.ms != 0 ? 128 : 0));
  out.optional(field.shadow);
  if (!acked_is_shadow) out.optional(field.acked);
  out.stamp(field.acked_stamp);
  out.number(field.rewrites);
  if (field.before) out.value(*field.before);
  if (field.missed.ms != 0) out.number(field.missed.ms);
  if (field.unanswered.empty()) return;
  out.number(static_cast<std::int64_t>(field.unanswered.size()));
  for (const Unanswered& one : field.unanswered) {
    out.value(one.value);
    out.stamp(one.stamp);
    out.number(one.sent.ms);
    out.optional(one.stand_in);
  }
}

/// Into a field that is blank: rows hold many of them, and moving them costs as much as reading them.
void read_link_field(Reader& in, LinkField& field) {
  const std::int64_t flags = in.number();
  field.unverified = flags & 2;
  field.frozen = flags & 4;
  field.new_mapping = flags & 8;
  in.optional(field.shadow);
  if (flags & 1) field.acked = field.shadow;
  else in.optional(field.acked);
  field.acked_stamp = in.stamp();
  field.rewrites = static_cast<std::uint8_t>(in.number());
  if (flags & 16) field.before = in.value();
  field.names_loser = flags & 64;
  if (flags & 128) field.missed = in.time();
  if (!(flags & 32)) return;
  const std::size_t count = in.count();
  for (std::size_t i = 0; i < count && !in.bad(); ++i) {
    Unanswered one;
    one.value = in.value();
    one.stamp = in.stamp();
    one.sent = in.time();
    one.stand_in = in.optional();
    field.unanswered.push_back(std::move(one));
  }
}

/// Index of a stored field number in today's model, or nothing.
std::optional<std::size_t> index_of(const FieldNumbers& numbers, std::int64_t number) {
  if (number < 0 || static_cast<std::size_t>(number) >= numbers.index_of.size() || numbers.index_of[static_cast<std::size_t>(number)] < 0) return std::nullopt;
  return static_cast<std::size_t>(numbers.index_of[static_cast<std::size_t>(number)]);
}

/// Rows of reviews and letters count types and fields from zero, the store's names from one: rows that were written while these still held
/// the places in the model, which are the same until the model changes, mean what they meant.
constexpr std::int64_t kFirstNumber = 1;

std::optional<TypeIndex> read_type(Reader& in, const ModelNumbers& numbers) {
  const auto found = std::ranges::find(numbers.types, in.number() + kFirstNumber);
  if (found == numbers.types.end()) return std::nullopt;
  return TypeIndex{static_cast<std::uint16_t>(found - numbers.types.begin())};
}

}  // namespace

std::string encode_golden(const Golden& golden, const FieldNumbers& numbers) {
  Writer out;
  out.number(golden.created.ms);
  out.text(golden.deleted_cause);
  out.stamp(golden.deleted_stamp);
  out.number(static_cast<std::int64_t>(golden.fields.size()));
  for (std::size_t i = 0; i < golden.fields.size(); ++i) {
    out.number(numbers.by_index[i]);
    out.value(golden.fields[i].value);
    out.stamp(golden.fields[i].stamp);
    out.number(golden.fields[i].frozen ? 1 : 0);
  }
  return out.take();
}

Result<void> decode_golden(std::string_view body, const FieldNumbers& numbers, Golden& golden) {
  Reader in(body);
  golden.created = in.time();
  golden.deleted_cause = in.text();
  golden.deleted_stamp = in.stamp();
  golden.fields.assign(numbers.by_index.size(), {});
  const std::size_t count = in.count();
  for (std::size_t i = 0; i < count && !in.bad(); ++i) {
    const auto index = index_of(numbers, in.number());
    GoldenField of_no_model;
    GoldenField& field = index ? golden.fields[*index] : of_no_model;
    in.value(field.value);
    field.stamp = in.stamp();
    field.frozen = in.flag();
  }
  return in.finish("golden record " + golden.id.value().text());
}

std::string encode_link(const Link& link, const FieldNumbers& numbers) {
  Writer out;
  out.text(link.version);
  out.number(static_cast<std::int64_t>(link.fence));
  out.number((link.external_id_confirmed ? 1 : 0) | (link.delete_unanswered ? 2 : 0) | (link.intent ? 4 : 0) | (link.version_is_read ? 8 : 0) |
             (link.archived ? 16 : 0));
  out.number(link.modified.ms);
  out.number(static_cast<std::int64_t>(link.read_asked));
  out.number(link.delete_sent.ms);
  if (link.intent) {
    out.text(link.intent->client_id);
    out.text(link.intent->key);
    out.text(link.intent->object);
    out.number(link.intent->sent.ms);
    out.number(link.intent->unknown_outcome ? 1 : 0);
  }
  out.number(static_cast<std::int64_t>(link.fields.size()));
  for (std::size_t i = 0; i < link.fields.size(); ++i) {
    out.number(numbers.by_index[i]);
    write_link_field(out, link.fields[i]);
  }
  return out.take();
}

Result<void> decode_link(std::string_view body, const FieldNumbers& numbers, Link& link) {
  Reader in(body);
  link.version = in.text();
  link.fence = static_cast<std::uint64_t>(in.number());
  const std::int64_t flags = in.number();
  link.external_id_confirmed = flags & 1;
  link.delete_unanswered = flags & 2;
  link.version_is_read = flags & 8;
  link.archived = flags & 16;
  link.modified = in.time();
  link.read_asked = static_cast<std::uint64_t>(in.number());
  link.delete_sent = in.time();
  if (flags & 4) {
    CreateIntent intent;
    intent.client_id = in.text();
    intent.key = in.text();
    intent.object = in.text();
    intent.sent = in.time();
    intent.unknown_outcome = in.flag();
    link.intent = std::move(intent);
  }
  link.fields.assign(numbers.by_index.size(), {});
  const std::size_t count = in.count();
  for (std::size_t i = 0; i < count && !in.bad(); ++i) {
    const auto index = index_of(numbers, in.number());
    LinkField of_no_model;
    read_link_field(in, index ? link.fields[*index] : of_no_model);
  }
  return in.finish("link to " + link.remote.object + "/" + link.remote.id);
}

std::string encode_fields(const Fields& fields, const FieldNumbers& numbers) {
  Writer out;
  out.number(static_cast<std::int64_t>(fields.size()));
  for (std::size_t i = 0; i < fields.size(); ++i) {
    out.number(numbers.by_index[i]);
    out.optional(fields[i]);
  }
  return out.take();
}

Result<Fields> decode_fields(std::string_view body, const FieldNumbers& numbers) {
  Reader in(body);
  Fields fields(numbers.by_index.size());
  const std::size_t count = in.count();
  for (std::size_t i = 0; i < count && !in.bad(); ++i) {
    const auto index = index_of(numbers, in.number());
    std::optional<Value> value = in.optional();
    if (index) fields[*index] = std::move(value);
  }
  TRY_VOID(in.finish("held record"));
  return fields;
}

std::string encode_review(const ReviewItem& item, const ModelNumbers& numbers) {
  Writer out;
  out.number(numbers.types[item.type.value()] - kFirstNumber);
  out.number(item.field ? numbers.fields[item.type.value()].by_index[item.field->value()] - kFirstNumber : -1);
  out.text(item.summary);
  out.number(item.opened.ms);
  out.number(item.closed.ms);
  out.text(item.closed_by);
  out.number(static_cast<std::int64_t>(item.candidates.size()));
  for (const ReviewCandidate& candidate : item.candidates) {
    out.number(candidate.system.value());
    out.value(candidate.value);
    out.stamp(candidate.stamp);
    out.text(candidate.remote.object);
    out.text(candidate.remote.id);
    out.id(candidate.entity.value());
  }
  return out.take();
}

Result<bool> decode_review(std::string_view body, const ModelNumbers& numbers, ReviewItem& item) {
  Reader in(body);
  const auto type = read_type(in, numbers);
  if (!type) return false;
  item.type = *type;
  if (const std::int64_t field = in.number(); field >= 0) {
    const auto index = index_of(numbers.fields[type->value()], field + kFirstNumber);
    if (!index) return false;
    item.field = FieldIndex{static_cast<std::uint16_t>(*index)};
  }
  item.summary = in.text();
  item.opened = in.time();
  item.closed = in.time();
  item.closed_by = in.text();
  const std::size_t count = in.count();
  for (std::size_t i = 0; i < count && !in.bad(); ++i) {
    ReviewCandidate candidate;
    candidate.system = ConnectionId{static_cast<std::uint16_t>(in.number())};
    candidate.value = in.value();
    candidate.stamp = in.stamp();
    candidate.remote.object = in.text();
    candidate.remote.id = in.text();
    candidate.entity = EntityId{in.id()};
    item.candidates.push_back(std::move(candidate));
  }
  TRY_VOID(in.finish("review item " + item.id.text()));
  return true;
}

std::string encode_letter(const DeadLetter& letter, const ModelNumbers& numbers) {
  Writer out;
  out.number(letter.from_inbox ? 1 : 0);
  out.number(numbers.types[letter.type.value()] - kFirstNumber);
  out.text(letter.remote.object);
  out.text(letter.remote.id);
  out.text(letter.operation);
  out.text(letter.failure_class);
  out.text(letter.error);
  out.text(letter.fingerprint);
  out.text(letter.context);
  out.number(letter.attempts);
  out.number(letter.first_failed.ms);
  out.number(letter.last_failed.ms);
  out.number(letter.closed.ms);
  return out.take();
}

Result<bool> decode_letter(std::string_view body, const ModelNumbers& numbers, DeadLetter& letter) {
  Reader in(body);
  letter.from_inbox = in.flag();
  const auto type = read_type(in, numbers);
  if (!type) return false;
  letter.type = *type;
  letter.remote.object = in.text();
  letter.remote.id = in.text();
  letter.operation = in.text();
  letter.failure_class = in.text();
  letter.error = in.text();
  letter.fingerprint = in.text();
  letter.context = in.text();
  letter.attempts = static_cast<std::uint32_t>(in.number());
  letter.first_failed = in.time();
  letter.last_failed = in.time();
  letter.closed = in.time();
  TRY_VOID(in.finish("dead letter " + letter.id.text()));
  return true;
}

std::string encode_changes(const std::vector<AuditChange>& changes) {
  Writer out;
  out.number(static_cast<std::int64_t>(changes.size()));
  for (const AuditChange& change : changes) {
    out.text(change.field);
    out.optional(change.before);
    out.optional(change.after);
    out.text(change.note);
  }
  return out.take();
}

Result<std::vector<AuditChange>> decode_changes(std::string_view body) {
  Reader in(body);
  std::vector<AuditChange> changes;
  const std::size_t count = in.count();
  for (std::size_t i = 0; i < count && !in.bad(); ++i) {
    AuditChange change;
    change.field = in.text();
    change.before = in.optional();
    change.after = in.optional();
    change.note = in.text();
    changes.push_back(std::move(change));
  }
  TRY_VOID(in.finish("audit row"));
  return changes;
}

}  // namespace lockstep::codec
