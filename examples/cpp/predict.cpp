// Scores of events by an exported cell, as a LArSoft module would ask for them: load once, then a batch at a time.
//
//     predict MODEL.pt EVENTS.f32 SHAPE [SHAPE ...]
//
// A SHAPE is that of an input of the network, as spec.json has them: 1x40x64 (an image), 16x6 (a set of 16 entries, with a
// mask behind it, so that none is asked for) or 9 (a table). EVENTS.f32 holds the inputs one after the other, of all events
// each: float32 of the machine's byte order, masks as bytes.
#include <torch/script.h>

#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: " << argv[0] << " MODEL.pt EVENTS.f32 SHAPE [SHAPE ...]\n";
    return 2;
  }
  try {
    std::vector<std::vector<int64_t>> shapes;
    int64_t bytes_an_event = 0;
    for (int i = 3; i < argc; ++i) {
      std::istringstream text(argv[i]);
      std::vector<int64_t> shape;
      int64_t values = 1;
      for (std::string size; std::getline(text, size, 'x'); values *= shape.back()) shape.push_back(std::atol(size.c_str()));
      bytes_an_event += values * sizeof(float) + (shape.size() == 2 ? shape[0] : 0);
      shapes.push_back(shape);
    }
    TORCH_CHECK(bytes_an_event > 0, "a SHAPE is made of numbers, such as 1x40x64");

    std::ifstream file(argv[2], std::ios::binary);
    TORCH_CHECK(file, argv[2], ": cannot be read");
    std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
    const int64_t events = bytes.size() / bytes_an_event;  // as many as the file holds
    TORCH_CHECK(events * bytes_an_event == static_cast<int64_t>(bytes.size()), argv[2], ": holds no such events");

    std::vector<c10::IValue> inputs;
    char* place = bytes.data();
    for (auto shape : shapes) {
      shape.insert(shape.begin(), events);
      inputs.emplace_back(torch::from_blob(place, shape, torch::kFloat32).clone());
      place += inputs.back().toTensor().nbytes();
      if (shape.size() == 3) {
        inputs.emplace_back(torch::from_blob(place, {shape[0], shape[1]}, torch::kBool).clone());
        place += inputs.back().toTensor().nbytes();
      }
    }

    torch::jit::Module network = torch::jit::load(argv[1], torch::kCPU);
    c10::InferenceMode guard;
    at::Tensor scores = network.forward(inputs).toTensor();  // (N, classes) float64, of the classes in spec.json

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
