// The folder of pictures at start: created, and rid of what a crash left.
#pragma once
#include <string>

#include "push/core/result.hpp"
#include "push/files/image_folder.hpp"
#include "push/store/store.hpp"

namespace push {

// Before anybody can upload. Removes interrupted uploads, and sweeps pictures that no application names, e.g. because
// the application was never saved. `connection` as configured. Errors: as ImageFolder::prepare; applications that
// cannot be read are only logged.
core::Result<void> prepare_images(store::Finder& store, const files::ImageFolder& images,
                                  const std::string& connection);

}  // namespace push
