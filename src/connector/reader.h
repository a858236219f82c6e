#pragma once

#include <map>

#include "connector/client.h"
#include "connector/selected.h"

namespace lockstep::connector {

using Objects = std::map<std::string, SelectedObject, std::less<>>;

/// One answered request for rows.
struct Fetched {
  AnswerRef answer;
  std::vector<expression::Operand> rows;
  std::string next;  // link or cursor; empty: no more
  bool next_is_link = false;
  std::string url;
};
struct Undecoded {
  Fetched fetched;
};

/// Everything that only reads: listings, feeds, reads by id, lookups by key.
class Reader {
 public:
  Reader(Client& client, const Objects& objects, Priority priority) : client_(client), context_(client.context()), objects_(objects), priority_(priority) {}

  Task<Outcome<Page>> scan(std::string object, std::string position);
  Task<Outcome<void>> decode(std::string object, Page& page);
  Task<Outcome<Page>> changes(std::string object, std::string position);
  std::string step_down(std::string_view object, std::string_view position, WallTime since) const;
  static std::size_t rung_of(std::string_view position);
  Task<Outcome<ReadBatch>> read_many(std::string object, std::vector<std::string> ids);
  Task<Outcome<ReadBatch>> find_by(std::string object, std::size_t slot, std::vector<std::string> values);

 private:
  /// A request for rows.
  struct Listing {
    std::string_view operation;
    const RequestSpec& request;
    const ProgramRef& rows;
    const PageSpec* page = nullptr;  // null: everything stands in one answer
    std::string link = {};           // fetched instead of the request's own URL
  };
  Task<Outcome<Fetched>> fetch(Listing listing, Scope scope);
  Task<Outcome<std::vector<Row>>> rows_of(const SelectedObject& object, const Fetched& fetched, bool inline_links) const;
  Outcome<Row> row_of(const SelectedObject& object, const expression::Operand& json, Scope& scope, bool inline_links) const;
  /// Rows of a feed of which nothing is worth trusting but the id.
  Outcome<std::vector<Row>> ids_of(const SelectedObject& object, const Fetched& fetched, Scope& scope) const;
  Task<Outcome<void>> fill_associations(const SelectedObject& object, std::vector<Row*> rows, bool inline_links, std::uint32_t& calls);
  Task<Outcome<void>> fill_association(const AssociationSpec& spec, std::size_t slot, std::vector<Row*> rows, std::uint32_t& calls);
  Task<Outcome<Page>> watermark(const SelectedObject& object, const ChangesSpec& spec, std::string position);
  Task<Outcome<Page>> token(const SelectedObject& object, const ChangesSpec& spec, std::string position);
  Task<Outcome<void>> read_part(const SelectedObject& object, std::vector<std::string> ids, ReadBatch& into);
  Task<Outcome<void>> read_gone(const SelectedObject& object, std::vector<std::size_t> missing, ReadBatch& into);
  Task<Outcome<void>> read_gone_step(const SelectedObject& object, const GoneSpec& step, std::vector<std::size_t> missing, ReadBatch& into);
  /// Looks up one request's worth of values; the field stands in `scope`.
  Task<Outcome<void>> find_part(const SelectedObject& object, const FindSpec& source, std::vector<std::string> values, Scope scope, ReadBatch& into);
  const SelectedObject* find(std::string_view object) const;

  Client& client_;
  Context& context_;
  const Objects& objects_;
  Priority priority_;
};

/// Root `link`: what the association says of itself.
Value link_about(const AssociationSpec& spec);
Failure unknown_object(std::string_view object);

}  // namespace lockstep::connector
