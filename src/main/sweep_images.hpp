// Removes the pictures that a crash left: uploaded, but the application that should name them was never saved.
#pragma once
#include <string>

#include "push/files/image_folder.hpp"
#include "push/store/store.hpp"

namespace push {

// At start, before anybody can upload. `connection` as configured; a failure is logged and removes nothing.
void sweep_images(store::Finder& store, const files::ImageFolder& images, const std::string& connection);

}  // namespace push
