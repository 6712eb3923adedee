// As pch_test.hpp, with the JSON library that the tests of the whole program read answers with.
#pragma once
#include "pch_test.hpp"

#include <nlohmann/json.hpp>
