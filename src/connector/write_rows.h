#pragma once

#include <memory>

#include "connector/context.h"
#include "connector/selected.h"

namespace lockstep::connector {

/// Rows of one request, for bodies and for matching answers.
class WriteRows final : public RowSource {
 public:
  struct Part {
    const WriteRow* row = nullptr;
    std::vector<std::size_t> slots;          // written as fields
    bool send_key = false;                   // our key goes into the fields
    bool guarded = false;                    // a lock is wanted
    std::size_t index = 0;                   // in the caller's list
    std::shared_ptr<const Value> root = {};  // `row`, described once, however often the part is put into rows anew
  };
  WriteRows(const Context& context, const SelectedObject& object, std::vector<Part> parts);

  std::size_t count() const override { return parts_.size(); }
  void enter(std::size_t index, Scope& scope) const override;
  Result<void> write_fields(const std::vector<std::string>& except, const std::function<void()>& comma, std::string& out) const override;
  /// Root `rows`, for requests that name them all outside a body. This must outlive its use.
  expression::Operand all() const;
  const Part& part(std::size_t index) const { return parts_[index]; }
  const std::vector<Part>& parts() const { return parts_; }

 private:
  Value describe(const Part& part) const;

  const Context& context_;
  const SelectedObject& object_;
  std::vector<Part> parts_;
  mutable std::size_t current_ = 0;
  mutable Scope field_scope_;
};

/// Links to add or remove.
struct Link {
  std::string from_id, to_id;
  std::size_t index = 0;  // of the row it belongs to
};
class LinkRows final : public RowSource {
 public:
  LinkRows(const AssociationSpec& spec, const std::vector<Link>& links);
  std::size_t count() const override { return roots_.size(); }
  void enter(std::size_t index, Scope& scope) const override;
  Result<void> write_fields(const std::vector<std::string>&, const std::function<void()>&, std::string&) const override { return {}; }

 private:
  std::vector<Value> roots_;
};

}  // namespace lockstep::connector
