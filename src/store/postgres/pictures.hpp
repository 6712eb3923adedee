// The pictures of applications (table sharded_gotify_images).
#pragma once
#include <string>

#include "store/postgres/transaction.hpp"

namespace push::store::postgres {

// As part of the change after which no application names it. "" = none.
void forget_picture(Transaction& transaction, const std::string& name);

}  // namespace push::store::postgres
