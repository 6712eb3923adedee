// The folder of pictures at start: created, and rid of what a crash left.
#pragma once
#include <string>

#include "push/core/result.hpp"
#include "push/files/image_folder.hpp"
#include "push/store/store.hpp"

namespace push {

// Before anybody can upload. Removes interrupted uploads, and sweeps pictures that no application names, e.g. because
// the application was never saved; gives a store that keeps pictures those that it lacks. `database`: store::name_of().
// Errors: as ImageFolder::prepare; anything else is only logged.
core::Result<void> prepare_images(store::Store& store, const files::ImageFolder& images, const std::string& database);

}  // namespace push
