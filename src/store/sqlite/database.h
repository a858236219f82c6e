#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "base/ulid.h"

struct sqlite3;
struct sqlite3_stmt;

namespace lockstep::sqlite {

/// A prepared statement being used; resets itself.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement, sqlite3* database) : statement_(statement), database_(database) {}
  ~Statement();
  Statement(const Statement&) = delete;
  Statement(Statement&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)), database_(other.database_), next_(other.next_) {}

  Statement& bind(std::int64_t value);
  /// Texts, blobs and ids are not copied: they must outlive the statement's steps.
  Statement& bind_text(std::string_view value);
  Statement& bind_text(const char* value) { return bind_text(std::string_view(value)); }
  Statement& bind_text(std::string&&) = delete;
  Statement& bind_blob(std::string_view value);
  Statement& bind_blob(std::string&&) = delete;
  Statement& bind(const Ulid& value);
  Statement& bind(Ulid&&) = delete;
  Statement& bind_null();
  /// True while there is a row.
  Result<bool> step();
  /// Runs it to its end.
  Result<void> run();

  std::int64_t integer(int column) const;
  std::string text(int column) const;
  std::string_view blob(int column) const;
  Ulid ulid(int column) const;
  bool is_null(int column) const;

 private:
  sqlite3_stmt* statement_;
  sqlite3* database_;
  int next_ = 1;
};

/// One connection with its statements prepared once each.
class Database {
 public:
  static Result<std::unique_ptr<Database>> open(const std::string& path, bool read_only, std::size_t cache_kib);
  ~Database();
  Result<void> execute(const std::string& sql);
  /// `sql` must outlive the connection (a literal).
  Result<Statement> prepare(const char* sql);
  std::int64_t last_id() const;
  std::int64_t changes() const;
  /// False also after an error (a full disk, say) for which SQLite undid the whole transaction by itself.
  bool in_transaction() const;

 private:
  explicit Database(sqlite3* handle) : handle_(handle) {}
  sqlite3* handle_;
  std::unordered_map<const char*, sqlite3_stmt*> statements_;
};

/// That the file is a Lockstep store of a version this program knows. Errors: storage, with what to use instead.
Result<void> check_version(Database& database);

/// Brings the file to the newest version, one numbered step after the other, each in its own transaction.
/// `beside_another`: a program may be at work on the file, which is left as it is then; what is not of this version fails with `conflict`.
Result<void> migrate(Database& database, bool beside_another);

}  // namespace lockstep::sqlite
