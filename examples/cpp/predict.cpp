// Scores of images by an exported cell, as a LArSoft module would ask for them: load once, then a batch at a time.
//
//     predict MODEL.pt IMAGES.f32 CHANNELS SIZE SIZE [SIZE]
//
// IMAGES.f32 holds float32 of the machine's byte order, one image after the other; spec.json says what they show.
#include <torch/script.h>

#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  if (argc < 5) {
    std::cerr << "usage: " << argv[0] << " MODEL.pt IMAGES.f32 CHANNELS SIZE SIZE [SIZE]\n";
    return 2;
  }
  try {
    std::vector<int64_t> shape{-1};  // as many images as the file holds
    for (int i = 3; i < argc; ++i) shape.push_back(std::atol(argv[i]));

    std::ifstream file(argv[2], std::ios::binary);
    TORCH_CHECK(file, argv[2], ": cannot be read");
    std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    auto count = static_cast<int64_t>(bytes.size() / sizeof(float));
    at::Tensor images = torch::from_blob(bytes.data(), {count}, torch::kFloat32).reshape(shape);

    torch::jit::Module network = torch::jit::load(argv[1], torch::kCPU);
    c10::InferenceMode guard;
    at::Tensor scores = network.forward({images}).toTensor();  // (N, classes) float64, of the classes in spec.json

    std::cout << std::setprecision(17);
    for (int64_t event = 0; event < scores.size(0); ++event) {
      for (int64_t k = 0; k < scores.size(1); ++k) std::cout << (k ? " " : "") << scores[event][k].item<double>();
      std::cout << '\n';
    }
  } catch (const c10::Error& error) {
    std::cerr << argv[0] << ": error: " << error.what_without_backtrace() << '\n';
    return 1;
  }
}
