#pragma once

#include <optional>
#include <string>
#include <vector>

namespace lockstep::app {

struct Common {
  std::string config = "lockstep.yaml";
  bool json = false;
};

int init_command(const Common& common, bool force);
int check_command(const Common& common, bool explain);
int schema_command(const std::string& which, bool reference);
int run_command(const Common& common);
int sync_command(const Common& common, bool full);
int status_command(const Common& common);
int accept_account_command(const Common& common, const std::string& connection, const std::string& by);
int record_show_command(const Common& common, const std::string& id);

struct BackupArguments {
  std::string to;
  std::size_t keep = 0;  // 0: as configured
  bool list = false;
};
int backup_command(const Common& common, const BackupArguments& arguments);
/// `file`: a backup, or "latest" of the configured folder.
int restore_command(const Common& common, const std::string& file);

struct ReviewArguments {
  std::string id, choice, by;
  bool all = false;
  std::size_t limit = 50;
};
int review_list_command(const Common& common, const ReviewArguments& arguments);
int review_show_command(const Common& common, const ReviewArguments& arguments);
int review_resolve_command(const Common& common, const ReviewArguments& arguments);

struct LetterArguments {
  std::string id, by;
  bool all = false;
  std::size_t limit = 50;
  std::size_t at_most = 1000;  // replay, discard
};
struct MendArguments {
  std::string id, by, map, link;
  std::vector<std::string> set;
};
int letters_list_command(const Common& common, const LetterArguments& arguments);
int letters_groups_command(const Common& common);
int letters_show_command(const Common& common, const LetterArguments& arguments);
int letters_replay_command(const Common& common, const LetterArguments& arguments);
int letters_mend_command(const Common& common, const MendArguments& arguments);
int letters_discard_command(const Common& common, const LetterArguments& arguments);

struct AuditArguments {
  std::string entity, connection, run, operation, since;
  bool failures = false;
  std::size_t limit = 50;
};
int audit_command(const Common& common, const AuditArguments& arguments);

}  // namespace lockstep::app
