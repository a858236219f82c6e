#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/entity_type.h"
#include "model/record.h"
#include "store/rows.h"

/// Bodies of rows, the same for every store. Stable: numbers of fields come from the store's name table, so that a model may
/// grow, shrink or reorder. Decoding checks everything.
namespace lockstep::codec {

/// Field numbers of one type by FieldIndex.
struct FieldNumbers {
  std::vector<std::uint32_t> by_index;
  std::vector<std::int32_t> index_of;  // by number; -1: the model has no such field any more
};

/// Numbers of a model: of its types by TypeIndex, of their fields by type.
struct ModelNumbers {
  std::vector<std::int64_t> types;
  std::vector<FieldNumbers> fields;
};

std::string encode_golden(const Golden& golden, const FieldNumbers& numbers);
Result<void> decode_golden(std::string_view body, const FieldNumbers& numbers, Golden& golden);
std::string encode_link(const Link& link, const FieldNumbers& numbers);
Result<void> decode_link(std::string_view body, const FieldNumbers& numbers, Link& link);
std::string encode_fields(const Fields& fields, const FieldNumbers& numbers);
Result<Fields> decode_fields(std::string_view body, const FieldNumbers& numbers);
/// Decoding, false: it is about a type or field that the model does not have any more.
std::string encode_review(const ReviewItem& item, const ModelNumbers& numbers);
Result<bool> decode_review(std::string_view body, const ModelNumbers& numbers, ReviewItem& item);
std::string encode_letter(const DeadLetter& letter, const ModelNumbers& numbers);
Result<bool> decode_letter(std::string_view body, const ModelNumbers& numbers, DeadLetter& letter);
std::string encode_changes(const std::vector<AuditChange>& changes);
Result<std::vector<AuditChange>> decode_changes(std::string_view body);

}  // namespace lockstep::codec
