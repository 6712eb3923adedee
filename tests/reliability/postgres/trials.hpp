// Trials of the store on PostgreSQL that take minutes. Each prints one line of figures (name=number), and one line
// `fault: ...` for each thing that was wrong.
#pragma once
#include <string>

namespace push::trials {

// Cuts the connection at each `step`-th byte of a batch of messages, of a change by rules and of blind changes, in both
// directions.
void cut(std::size_t step);
// kill -9 of PostgreSQL under load, so many times.
void kill_database(int rounds);
// Three processes write to one database; one of them is stopped so many times. What: messages, large (batches of 1 MB),
// changes.
void freeze(int rounds, const std::string& what);
// One of the three. It writes until it is killed, and notes what it was answered in `ledger`.
void write(const std::string& connection, const std::string& node, const std::string& what, const std::string& ledger);

void fault(const std::string& text);
bool any_faults();

}  // namespace push::trials
