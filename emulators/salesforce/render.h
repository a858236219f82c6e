#pragma once

#include <functional>
#include <limits>
#include <string_view>
#include <vector>

#include "emulators/salesforce/org.h"
#include "emulators/salesforce/soql.h"

namespace lockstep::emulators::salesforce {

/// "2024-11-07T07:00:00.000+0000": offset without colon, always UTC (§6.2).
std::string format_instant(WallTime time);
std::string record_url(std::string_view version, const ObjectType& object, std::string_view id);

/// How records become JSON in the answers of one API version ("v60.0").
class Renderer {
 public:
  Renderer(const Org& org, std::string_view version, json::storage_ptr storage) : org_(org), version_(version), storage_(std::move(storage)) {}

  /// Child sets of more than `size` rows are shown in part; `keep` takes all of their rows and answers where the rest is asked for.
  using KeepChildren = std::function<std::string(const Query& child, std::vector<RowNumber> rows)>;
  void page_children(std::size_t size, KeepChildren keep) {
    children_page_ = size;
    keep_children_ = std::move(keep);
  }

  json::value field(const ObjectType& object, RowNumber row, const Field& field) const;
  /// With `attributes`; every field is there, null when it is not set.
  json::object record(const ObjectType& object, RowNumber row, const std::vector<const Field*>& fields) const;
  /// As a query shows it: parents as nested records, children as nested answers. `all`: deleted ones too.
  json::object selected(const Query& query, RowNumber row, bool all) const;
  /// A value as the field's type is written in JSON.
  json::value value(const Field& field, ValueView value) const;

 private:
  json::object start(const ObjectType& object, RowNumber row) const;
  json::value address(const ObjectType& object, RowNumber row, const Field& field) const;
  json::value type_of(const ObjectType& object, RowNumber row, const TypeOf& type_of) const;
  json::value children(const Query& child, std::string_view parent_id, bool all) const;
  void put_path(json::object& into, const ObjectType& object, RowNumber row, const FieldPath& path, std::size_t hop) const;

  const Org& org_;
  std::string_view version_;
  json::storage_ptr storage_;
  std::size_t children_page_ = std::numeric_limits<std::size_t>::max();
  KeepChildren keep_children_;
};

}  // namespace lockstep::emulators::salesforce
