// Pages: listings and feeds.
#include "connector/reader.h"

#include <algorithm>
#include <boost/json.hpp>

#include "expression/operand.h"

namespace lockstep::connector {

using expression::Operand;

Failure unknown_object(std::string_view object) {
  return make_failure(FailureClass::config, FailureScope::object, "no mapping selects the object '" + std::string(object) + "'");
}

namespace {

Failure shape_failure(const Error& error, int status) {
  Failure failure = own_failure(error, FailureClass::shape);
  failure.status = status;
  return failure;
}

/// A feed is read often when its window is no longer than so many overlaps.
constexpr int kOftenWithinOverlaps = 4;

/// A position of a listing or feed: named texts as JSON.
class Position {
 public:
  static Position parse(const std::string& text) {
    Position position;
    boost::system::error_code error;
    const boost::json::value json = boost::json::parse(text.empty() ? "{}" : text, error);
    if (!error && json.is_object()) position.json_ = json.as_object();
    return position;
  }
  std::string text(std::string_view name) const {
    const auto* found = json_.if_contains(name);
    return found && found->is_string() ? std::string(found->as_string()) : std::string();
  }
  std::int64_t number(std::string_view name) const {
    const auto* found = json_.if_contains(name);
    return found && found->is_int64() ? found->as_int64() : 0;
  }
  bool has(std::string_view name) const { return json_.contains(name); }
  Position& set(std::string_view name, const std::string& value) {
    if (value.empty()) json_.erase(name);
    else json_[name] = value;
    return *this;
  }
  Position& set(std::string_view name, std::int64_t value) {
    json_[name] = value;
    return *this;
  }
  std::string print() const { return boost::json::serialize(json_); }

 private:
  boost::json::object json_;
};

/// The walk that follows the one at `position`, on the same rung.
std::string next_walk(const Position& position, WallTime from) {
  Position next;
  next.set("from", from.ms);
  if (position.has("rung")) next.set("rung", position.number("rung"));
  return next.print();
}

/// Going on behind the last row, not along the server's cursor: that may die with the session.
Outcome<std::string> behind_last(const SelectedObject& object, const ChangesSpec& spec, const Operand& last, Scope& scope, Position position) {
  scope.set(kRow, last);
  const std::string tie = text_of(spec.tie, scope);
  WallTime stamp{position.number("from")};
  if (!spec.tie_in_window) {
    const auto operand = expression::evaluate(*spec.stamp, scope);
    const auto read = operand ? object.wire().read(*operand, mapping::WireType::instant) : Result<std::optional<Value>>(std::nullopt);
    const WallTime* at = read && *read ? (*read)->get<WallTime>() : nullptr;
    if (!at) return tl::unexpected(shape_failure(Error{ErrorCode::invalid_input, "a row of the feed has no stamp"}, 200));
    stamp = *at;
  }
  if (tie.empty() || (tie == position.text("after") && stamp.ms == position.number("from")))
    return tl::unexpected(shape_failure(Error{ErrorCode::invalid_input, "the feed does not move on"}, 200));
  return position.set("from", stamp.ms).set("after", tie).print();
}

}  // namespace

Value link_about(const AssociationSpec& spec) {
  Map map;
  for (const auto& [name, value] : spec.vars) map.emplace_back(name, Value(value));
  make_map(map);
  return Value(std::move(map));
}

const SelectedObject* Reader::find(std::string_view object) const {
  const auto found = objects_.find(object);
  return found == objects_.end() ? nullptr : &found->second;
}

Task<Outcome<Fetched>> Reader::fetch(Listing listing, Scope scope) {
  auto built = build_request(context_, listing.request, scope);
  if (!built) co_return tl::unexpected(own_failure(built.error()));
  http::Request request = std::move(*built);
  if (!listing.link.empty()) {
    auto url = follow(context_, request.url, listing.link);
    if (!url) co_return tl::unexpected(own_failure(url.error()));
    request.url = std::move(*url);
  }
  Fetched fetched;
  fetched.url = request.url;
  const Classifier::Question question{listing.operation, "call"};
  auto answer = co_await client_.read(std::move(request), listing.request, question, priority_);
  if (!answer) co_return tl::unexpected(std::move(answer.error()));
  fetched.answer = std::move(*answer);
  fetched.answer->enter(scope);
  const auto& empty = listing.request.empty;
  if (std::find(empty.begin(), empty.end(), fetched.answer->status()) != empty.end()) co_return fetched;
  auto rows = expression::evaluate_list(*listing.rows, scope);
  // An answer that is not what it should be is never "nothing there".
  if (!rows) co_return tl::unexpected(shape_failure(rows.error(), fetched.answer->status()));
  fetched.rows = std::move(*rows);
  if (!listing.page) co_return fetched;
  if (!fetched.rows.empty()) scope.set(kLast, fetched.rows.back());
  fetched.next_is_link = static_cast<bool>(listing.page->next_link);
  fetched.next = text_of(fetched.next_is_link ? listing.page->next_link : listing.page->next_cursor, scope);
  if (fetched.next_is_link && !fetched.next.empty()) {
    auto url = follow(context_, fetched.url, fetched.next);
    if (!url) co_return tl::unexpected(own_failure(url.error()));
    if (*url == fetched.url) co_return tl::unexpected(shape_failure(Error{ErrorCode::invalid_input, "the next page is the same page"}, 200));
    fetched.next = std::move(*url);
  }
  co_return fetched;
}

Outcome<Row> Reader::row_of(const SelectedObject& object, const Operand& json, Scope& scope, bool inline_links) const {
  auto row = object.read_row(json, scope);
  if (!row) return tl::unexpected(shape_failure(row.error(), 200));
  if (!inline_links) return std::move(*row);
  for (std::size_t i = 0; i < object.slots().size(); ++i) {
    const AssociationSpec* association = object.slots()[i].association;
    if (!association || !association->inline_read) continue;
    const Value about = link_about(*association);
    scope.set(kLink, Operand::borrow(about));
    const auto found = expression::evaluate(*association->inline_read, scope);
    // Absent: the row does not tell, so it is asked for; null: it tells that there is none.
    if (found && found->is_null()) row->slots[i] = Value{};
    else if (found && !found->is_absent())
      if (auto id = found->text()) row->slots[i] = Value(RemoteId{association->to, std::move(*id)});
    scope.clear(kLink);
  }
  return std::move(*row);
}

Task<Outcome<std::vector<Row>>> Reader::rows_of(const SelectedObject& object, const Fetched& fetched, bool inline_links) const {
  Scope scope = context_.scope();
  object.enter(scope);
  std::vector<Row> rows;
  rows.reserve(fetched.rows.size());
  for (const Operand& json : fetched.rows) {
    if (!rows.empty() && rows.size() % kRowsAtATime == 0) co_await yield(context_.environment.executor);
    auto row = row_of(object, json, scope, inline_links);
    if (!row) co_return tl::unexpected(std::move(row.error()));
    rows.push_back(std::move(*row));
  }
  co_return rows;
}

Outcome<std::vector<Row>> Reader::ids_of(const SelectedObject& object, const Fetched& fetched, Scope& scope) const {
  std::vector<Row> rows;
  for (const Operand& json : fetched.rows) {
    auto id = object.read_id(json, scope);
    if (!id) return tl::unexpected(shape_failure(id.error(), 200));
    Row row;
    row.id = RemoteId{object.spec().name, std::move(*id)};
    if (object.spec().row.version_is_exact) row.version = object.read_version(json, scope).value_or("");
    rows.push_back(std::move(row));
  }
  return rows;
}

Task<Outcome<Page>> Reader::scan(std::string object_name, std::string position_text) {
  const SelectedObject* object = find(object_name);
  if (!object) co_return tl::unexpected(unknown_object(object_name));
  const ScanSpec& spec = object->spec().scan;
  Position position = Position::parse(position_text);
  const Value feed(position.has("after") ? Map{{"after", Value(position.text("after"))}} : Map{});
  const Value page_value(position.has("cursor") ? Map{{"cursor", Value(position.text("cursor"))}} : Map{});
  Scope scope = context_.scope();
  object->enter(scope);
  scope.set(kFeed, Operand::borrow(feed));
  scope.set(kPage, Operand::borrow(page_value));
  Listing listing{"scan", spec.request, spec.rows, &spec.page, position.text("link")};
  auto fetched = co_await fetch(listing, scope);
  if (!fetched) co_return tl::unexpected(std::move(fetched.error()));
  Page page;
  page.calls = 1;
  page.sent = fetched->answer->sent;
  page.clock = fetched->answer->clock;
  page.end = spec.tie && !spec.page.next_link && !spec.page.next_cursor ? fetched->rows.empty() : fetched->next.empty();
  fetched->answer->enter(scope);
  // Pages behind the first may count only what is left.
  if (const std::string total = text_of(spec.total, scope); !total.empty() && !position.has("total")) position.set("total", std::atoll(total.c_str()));
  if (position.has("total")) page.estimate = position.number("total");
  if (spec.tie) {
    if (!fetched->rows.empty()) {
      scope.set(kRow, fetched->rows.back());
      position.set("after", text_of(spec.tie, scope));
    }
  } else {
    const char* word = fetched->next_is_link ? "link" : "cursor";
    if (!fetched->next.empty() && fetched->next == position.text(word))
      co_return tl::unexpected(shape_failure(Error{ErrorCode::invalid_input, "the listing does not move on"}, 200));
    position.set(word, fetched->next);
  }
  page.next = position.print();
  page.undecoded_size = fetched->rows.size();
  page.undecoded = std::make_shared<const Undecoded>(Undecoded{std::move(*fetched)});
  co_return page;
}

Task<Outcome<void>> Reader::decode(std::string object_name, Page& page) {
  const auto undecoded = std::exchange(page.undecoded, nullptr);
  if (!undecoded) co_return Outcome<void>{};
  const SelectedObject* object = find(object_name);
  if (!object) co_return tl::unexpected(unknown_object(object_name));
  auto rows = co_await rows_of(*object, undecoded->fetched, true);
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  page.rows = std::move(*rows);
  std::vector<Row*> pointers;
  for (Row& row : page.rows) pointers.push_back(&row);
  co_return co_await fill_associations(*object, std::move(pointers), true, page.calls);
}

Task<Outcome<Page>> Reader::changes(std::string object_name, std::string position) {
  const SelectedObject* object = find(object_name);
  if (!object) co_return tl::unexpected(unknown_object(object_name));
  const auto& spec = object->spec().changes;
  if (!spec) {
    // No feed that can be pulled: complete listings and events alone.
    Page page;
    page.end = true;
    page.next = "{}";
    page.sent = context_.now();
    co_return page;
  }
  if (const std::size_t rung = rung_of(position); rung > 0) {
    const auto& lower = object->spec().lower_changes;
    if (rung <= lower.size()) co_return co_await watermark(*object, lower[rung - 1], std::move(position));
    co_return tl::unexpected(make_failure(FailureClass::cursor_expired, FailureScope::feed, "the connector has no such feed any more"));
  }
  if (spec->kind == ChangesSpec::Kind::token) co_return co_await token(*object, *spec, std::move(position));
  co_return co_await watermark(*object, *spec, std::move(position));
}

std::size_t Reader::rung_of(std::string_view position) {
  return static_cast<std::size_t>(std::max<std::int64_t>(0, Position::parse(std::string(position)).number("rung")));
}

std::string Reader::step_down(std::string_view object_name, std::string_view position, WallTime since) const {
  const SelectedObject* object = find(object_name);
  const std::size_t rung = rung_of(position) + 1;
  if (!object || rung > object->spec().lower_changes.size()) return "";
  Position next;
  next.set("rung", static_cast<std::int64_t>(rung));
  next.set("from", (since + Duration{context_.clock.offset_ms()} - object->spec().lower_changes[rung - 1].overlap).ms);
  return next.print();
}

Task<Outcome<Page>> Reader::watermark(const SelectedObject& object, const ChangesSpec& spec, std::string position_text) {
  Position position = Position::parse(position_text);
  Page page;
  page.sent = context_.now();
  page.complete_rows = !spec.refetch;
  const WallTime closed = context_.remote_now() - spec.settle;
  if (position_text.empty()) {
    position.set("from", (closed - spec.overlap).ms);
    page.end = true;
    page.next = position.print();
    co_return page;
  }
  const WallTime from{position.number("from")};
  const WallTime to{position.has("to") ? position.number("to") : closed.ms};
  if (to <= from) {
    page.end = true;
    page.next = position_text;
    co_return page;
  }
  Map window{{"from", Value(from)}, {"to", Value(to)}};
  if (position.has("after")) window.emplace_back("after", Value(position.text("after")));
  make_map(window);
  const Value feed(std::move(window));
  const Value no_page(Map{});
  Scope scope = context_.scope();
  object.enter(scope);
  scope.set(kFeed, Operand::borrow(feed));
  scope.set(kPage, Operand::borrow(no_page));
  const bool shows_fields = !spec.refetch || object.select_size() <= spec.select_max;
  if (!shows_fields) scope.set(kSelect, Operand::borrow(object.system_fields_value()));
  Listing listing{"changes", spec.request, spec.rows, &spec.page};
  auto fetched = co_await fetch(listing, scope);
  if (!fetched) co_return tl::unexpected(std::move(fetched.error()));
  page.calls = 1;
  page.sent = fetched->answer->sent;
  page.clock = fetched->answer->clock;
  Outcome<std::vector<Row>> rows;
  if (shows_fields) rows = co_await rows_of(object, *fetched, false);
  else rows = ids_of(object, *fetched, scope);
  if (!rows) co_return tl::unexpected(std::move(rows.error()));
  page.rows = std::move(*rows);
  page.end = fetched->next.empty();
  // More than a page is a bulk job: what it stamped within the overlap the next walk would show once more, and it is left to that walk.
  // Where walks are far apart that would spare little, and what is left would wait for long.
  const bool bulky = !page.end && spec.tie_in_window && !position.has("to") && to - from < kOftenWithinOverlaps * spec.overlap;
  if (bulky) position.set("settled", std::int64_t{1});
  const bool settled = position.has("settled");
  const WallTime until = bulky ? to - spec.overlap : to;
  if (page.end || until <= from) {
    page.end = true;
    page.complete_until = until - Duration{context_.clock.offset_ms()} - object.spec().visible_after;
    // The next walk goes back by the overlap: what became visible late is seen then.
    page.next = next_walk(position, std::max(from, settled ? until : until - spec.overlap));
  } else if (fetched->rows.empty()) {
    co_return tl::unexpected(shape_failure(Error{ErrorCode::invalid_input, "the feed does not move on: an empty page names a next one"}, 200));
  } else {
    auto next = behind_last(object, spec, fetched->rows.back(), scope, position.set("from", from.ms).set("to", until.ms));
    if (!next) co_return tl::unexpected(std::move(next.error()));
    page.next = std::move(*next);
  }
  std::vector<Row*> pointers;
  for (Row& row : page.rows) pointers.push_back(&row);
  if (page.complete_rows) {
    auto filled = co_await fill_associations(object, std::move(pointers), false, page.calls);
    if (!filled) co_return tl::unexpected(std::move(filled.error()));
  }
  co_return page;
}

Task<Outcome<Page>> Reader::token(const SelectedObject& object, const ChangesSpec& spec, std::string position_text) {
  Position position = Position::parse(position_text);
  Scope scope = context_.scope();
  object.enter(scope);
  const Value nothing(Map{});
  scope.set(kFeed, Operand::borrow(nothing));
  scope.set(kPage, Operand::borrow(nothing));
  Listing listing{"changes", spec.request, spec.rows, &spec.page, position.text("link")};
  const bool starts = listing.link.empty() || position.number("listing") == 1;
  auto fetched = co_await fetch(listing, scope);
  if (!fetched) co_return tl::unexpected(std::move(fetched.error()));
  Page page;
  page.calls = 1;
  page.sent = fetched->answer->sent;
  page.clock = fetched->answer->clock;
  page.complete_rows = !spec.refetch;
  fetched->answer->enter(scope);
  for (const Operand& json : fetched->rows) {
    scope.set(kRow, json);
    if (spec.deleted_when) {
      const auto deleted = expression::evaluate_truth(*spec.deleted_when, scope);
      if (deleted && *deleted) {
        Row row;
        row.id = RemoteId{object.spec().name, text_of(spec.deleted_id, scope)};
        row.deleted = true;
        page.rows.push_back(std::move(row));
        continue;
      }
    }
    auto row = row_of(object, json, scope, false);
    if (!row) co_return tl::unexpected(std::move(row.error()));
    page.rows.push_back(std::move(*row));
  }
  page.end = fetched->next.empty();
  std::string link = fetched->next;
  if (page.end) link = text_of(spec.next, scope);
  if (link.empty()) co_return tl::unexpected(shape_failure(Error{ErrorCode::invalid_input, "the last page of the feed names no next token"}, 200));
  page.listing_complete = page.end && starts && spec.start_is_scan;
  if (page.end && !starts) page.complete_until = page.sent - object.spec().visible_after;
  Position next;
  next.set("link", link);
  if (starts && !page.end) next.set("listing", std::int64_t{1});
  page.next = next.print();
  std::vector<Row*> pointers;
  for (Row& row : page.rows)
    if (!row.deleted) pointers.push_back(&row);
  auto filled = co_await fill_associations(object, std::move(pointers), false, page.calls);
  if (!filled) co_return tl::unexpected(std::move(filled.error()));
  co_return page;
}

}  // namespace lockstep::connector
