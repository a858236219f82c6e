#include "store/sqlite/database.h"

#include <sqlite3.h>

namespace lockstep::sqlite {

namespace {

tl::unexpected<Error> failed(sqlite3* database, std::string_view what) { return fail(ErrorCode::storage, std::string(what) + ": " + sqlite3_errmsg(database)); }

}  // namespace

Statement::~Statement() {
  if (!statement_) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Statement& Statement::bind(std::int64_t value) {
  sqlite3_bind_int64(statement_, next_++, value);
  return *this;
}
Statement& Statement::bind_text(std::string_view value) {
  sqlite3_bind_text(statement_, next_++, value.data() ? value.data() : "", static_cast<int>(value.size()), SQLITE_STATIC);
  return *this;
}
Statement& Statement::bind_blob(std::string_view value) {
  sqlite3_bind_blob(statement_, next_++, value.data() ? value.data() : "", static_cast<int>(value.size()), SQLITE_STATIC);
  return *this;
}
Statement& Statement::bind(const Ulid& value) {
  sqlite3_bind_blob(statement_, next_++, value.bytes.data(), static_cast<int>(value.bytes.size()), SQLITE_STATIC);
  return *this;
}
Statement& Statement::bind_null() {
  sqlite3_bind_null(statement_, next_++);
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return failed(database_, sqlite3_sql(statement_));
}

Result<void> Statement::run() {
  for (;;) {
    TRY(const bool row, step());
    if (!row) return {};
  }
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }
std::string Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return data ? std::string(data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))) : "";
}
std::string_view Statement::blob(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return data ? std::string_view(data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))) : std::string_view{};
}
Ulid Statement::ulid(int column) const {
  Ulid id;
  const std::string_view bytes = blob(column);
  if (bytes.size() == id.bytes.size())
    for (std::size_t i = 0; i < bytes.size(); ++i) id.bytes[i] = static_cast<std::uint8_t>(bytes[i]);
  return id;
}
bool Statement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

Result<std::unique_ptr<Database>> Database::open(const std::string& path, bool read_only, std::size_t cache_kib) {
  // Nobody asks how much memory SQLite holds; to count it takes a lock at each allocation.
  [[maybe_unused]] static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  sqlite3* handle = nullptr;
  const int flags = read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  if (sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr) != SQLITE_OK) {
    const std::string message = handle ? sqlite3_errmsg(handle) : "out of memory";
    sqlite3_close(handle);
    return fail(ErrorCode::storage, "cannot open the store '" + path + "': " + message);
  }
  std::unique_ptr<Database> database(new Database(handle));
  sqlite3_busy_timeout(handle, 10'000);
  const auto wrong = [&](const Error& error) {
    const int code = sqlite3_errcode(handle) & 0xff;
    if (code != SQLITE_NOTADB && code != SQLITE_CORRUPT)
      return fail(ErrorCode::storage, "cannot use the store '" + path + "': " + error.message + "; may this user write to it and to its folder?");
    return fail(ErrorCode::storage, "'" + path + "' is no Lockstep store, or it is damaged (" + error.message + "); restore a backup or name another file");
  };
  // Settings measured for rows of half a kilobyte: a larger cache and rarer checkpoints, never a weaker fsync.
  for (const std::string& pragma :
       {std::string("PRAGMA schema_version"), std::string("PRAGMA synchronous=FULL"), "PRAGMA cache_size=-" + std::to_string(cache_kib),
        std::string("PRAGMA wal_autocheckpoint=4000"), std::string("PRAGMA temp_store=MEMORY"), std::string("PRAGMA foreign_keys=OFF")}) {
    if (const auto done = database->execute(pragma); !done) return wrong(done.error());
  }
  return database;
}

Database::~Database() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

Result<void> Database::execute(const std::string& sql) {
  char* message = nullptr;
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, &message) == SQLITE_OK) return {};
  const std::string text = message ? message : sqlite3_errmsg(handle_);
  sqlite3_free(message);
  return fail(ErrorCode::storage, text);
}

Result<Statement> Database::prepare(const char* sql) {
  const auto found = statements_.find(sql);
  if (found != statements_.end()) return Statement(found->second, handle_);
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) return failed(handle_, sql);
  statements_[sql] = statement;
  return Statement(statement, handle_);
}

std::int64_t Database::last_id() const { return sqlite3_last_insert_rowid(handle_); }
std::int64_t Database::changes() const { return sqlite3_changes64(handle_); }
bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

}  // namespace lockstep::sqlite
