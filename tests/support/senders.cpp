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
  auto due = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < plan_.each && !stopping_; ++i) {
    try {
      post(http, plan_.label + " sender " + std::to_string(index) + " message " + std::to_string(i));
    } catch (const ConnectionLost&) {
      ++losses_;
      http.close();
      if (plan_.pause.count() == 0) return;
    } catch (const std::exception& failure) {
      return refuse(failure.what());
    }
    std::this_thread::sleep_until(due += plan_.pause);
  }
}

void Senders::post(HttpClient& http, const std::string& text) {
  const Answer answer = http.post("/message", kJson, nlohmann::json{{"message", text}}.dump());
  if (answer.status != 200) return refuse(answer.head + answer.body);
  ledger_.acknowledge(answer.json().at("id"), answer.json().at("message"));
  if (answer.json().at("message") != text) refuse("answered with a different message: " + answer.body);
}

}  // namespace push::support
