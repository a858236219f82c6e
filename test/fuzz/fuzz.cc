#include "test/fuzz/fuzz.h"

#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <exception>

// Of the sanitizers, when they are linked in.
extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

namespace lockstep::fuzz {

namespace {

using SteadyClock = std::chrono::steady_clock;

// Of processor time: what else the machine does is no fault of an input.
constexpr long kHangSeconds = 20;
constexpr long kSlowMs = 2'000;
constexpr int kSlowFactor = 10;  // under sanitizers
constexpr std::size_t kFindingsMax = 5;

char running[256] = "nothing";

void tell_running() {
  const auto ignored = ::write(2, running, std::strlen(running));
  static_cast<void>(ignored);
}

void died(int signal_number) {
  tell_running();
  const char* what = signal_number == SIGPROF ? "fuzz: it hangs\n" : "fuzz: it crashed\n";
  const auto ignored = ::write(2, what, std::strlen(what));
  static_cast<void>(ignored);
  ::signal(signal_number, SIG_DFL);
  ::raise(signal_number);
}

void watch() {
  static char stack[1u << 16];  // the other one may be what ran out
  stack_t other{};
  other.ss_sp = stack;
  other.ss_size = sizeof stack;
  ::sigaltstack(&other, nullptr);
  struct sigaction action {};
  action.sa_handler = died;
  action.sa_flags = SA_ONSTACK | SA_RESETHAND;
  ::sigaction(SIGPROF, &action, nullptr);
  if (__sanitizer_set_death_callback) {
    __sanitizer_set_death_callback(tell_running);
    return;
  }
  for (const int one : {SIGSEGV, SIGABRT, SIGFPE, SIGBUS, SIGILL}) ::sigaction(one, &action, nullptr);
}

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

void limit_to(long seconds) {
  itimerval limit{};
  limit.it_value.tv_sec = seconds;
  ::setitimer(ITIMER_PROF, &limit, nullptr);
}

std::string one_input(const Target& target, const std::string& input) {
  const int factor = __sanitizer_set_death_callback ? kSlowFactor : 1;
  const std::clock_t started = std::clock();
  limit_to(kHangSeconds * factor);
  std::string problem;
  try {
    problem = target(input);
  } catch (const std::exception& error) {
    problem = std::string("an exception got out: ") + error.what();
  }
  limit_to(0);
  const long took_ms = (std::clock() - started) * 1000 / CLOCKS_PER_SEC;
  if (problem.empty() && took_ms > kSlowMs * factor) problem = "it took " + std::to_string(took_ms) + " ms for " + std::to_string(input.size()) + " bytes";
  return problem;
}

}  // namespace

void run(const std::string& name, const Corpus& corpus, const Target& target) {
  watch();
  const std::uint64_t seed = setting("LOCKSTEP_FUZZ_SEED", 1);
  const Mutator mutator(corpus, Rng(seed).split(name));
  if (std::getenv("LOCKSTEP_FUZZ_INPUT")) {
    const std::string input = mutator.input(setting("LOCKSTEP_FUZZ_INPUT", 0));
    std::fwrite(input.data(), 1, input.size(), stdout);
    std::puts("");
    std::fflush(stdout);
    EXPECT_EQ(one_input(target, input), "");
    return;
  }
  const auto end = SteadyClock::now() + std::chrono::seconds(setting("LOCKSTEP_FUZZ_SECONDS", 1));
  std::uint64_t number = 0;
  std::size_t findings = 0;
  for (; (SteadyClock::now() < end || number < corpus.seeds.size()) && findings < kFindingsMax; ++number) {
    std::snprintf(running, sizeof running, "\nfuzz: target %s, LOCKSTEP_FUZZ_SEED=%llu LOCKSTEP_FUZZ_INPUT=%llu\n", name.c_str(),
                  static_cast<unsigned long long>(seed), static_cast<unsigned long long>(number));
    const std::string input = mutator.input(number);
    const std::string problem = one_input(target, input);
    if (problem.empty()) continue;
    ++findings;
    ADD_FAILURE() << running << problem << "\n" << input.substr(0, 2'000);
  }
  std::printf("%s: %llu inputs\n", name.c_str(), static_cast<unsigned long long>(number));
}

}  // namespace lockstep::fuzz
