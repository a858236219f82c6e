#include <fmt/format.h>

#include "commands.h"
#include "deciding.h"

namespace lockstep::app {

int accept_account_command(const Common& common, const std::string& connection, const std::string& by) {
  auto session = Session::open(common.config, false);
  if (!session) return session.code();
  Hub& hub = session->hub();
  std::string names;
  const System* chosen = nullptr;
  for (const System& system : hub.systems) {
    if (system.hosted) continue;
    if (system.name == connection) chosen = &system;
    names += (names.empty() ? "" : ", ") + system.name;
  }
  if (!chosen) return fail_with(kNotFound, "there is no connection '" + connection + "'; there are: " + names);
  const auto accept = [](Hub& of, const System& system, std::string decided_by, std::optional<Error>& error) -> Task<void> {
    Store::Work work = [&](Transaction& transaction) -> Result<void> {
      TRY_VOID(transaction.put_setting(setting_of_secret(system.name + "/account"), ""));
      AuditRow row;
      row.at = of.now();
      row.run = RunId{of.ids.next(of.now())};
      row.connection = system.id;
      row.source = kHub;
      row.operation = "accept_account";
      row.changes.push_back(AuditChange{"", std::nullopt, std::nullopt, decided_by});
      return transaction.append(row);
    };
    const Result<void> done = co_await of.store.transact(std::move(work));
    if (!done) error = done.error();
  };
  const int code = decide(*session, [&](std::optional<Error>& error) { return accept(hub, *chosen, person(by), error); });
  if (code == kOk && !common.json) fmt::print("The next sign-in of '{}' tells which account is the right one from now on.\n", connection);
  return code;
}

}  // namespace lockstep::app
