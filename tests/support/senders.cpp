#include "support/senders.hpp"

#include <exception>
#include <utility>

namespace push::support {

Senders::Senders(Plan plan, Ledger& ledger) : plan_(std::move(plan)), ledger_(ledger) {
  for (std::size_t i = 0; i < plan_.senders; ++i) threads_.emplace_back([this, i] { run(i); });
}

Senders::~Senders() {
  stop();
  join();
}

void Senders::join() {
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Senders::refuse(std::string answer) {
  const core::Lock lock(mutex_);
  refusals_.push_back(std::move(answer));
}

void Senders::run(std::size_t index) {
  HttpClient http(plan_.address, plan_.applications[index % plan_.applications.size()].key());
  try {
    for (std::size_t i = 0; i < plan_.each && !stopping_; ++i) {
      const std::string text = plan_.label + " sender " + std::to_string(index) + " message " + std::to_string(i);
      const Answer answer = http.post("/message", kJson, nlohmann::json{{"message", text}}.dump());
      if (answer.status == 200) {
        ledger_.acknowledge(answer.json().at("id"), answer.json().at("message"));
        if (answer.json().at("message") != text) refuse("answered with a different message: " + answer.body);
      } else {
        refuse(answer.head + answer.body);
      }
    }
  } catch (const ConnectionLost&) {
    ++losses_;
  } catch (const std::exception& failure) {
    refuse(failure.what());
  }
}

}  // namespace push::support
