// Precompiled once for the test binaries (push_test).
#pragma once
#include "pch_standard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
