// TLS to NATS: who is trusted.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cluster/nats_fixture.hpp"
#include "support/process.hpp"

namespace push::cluster {
namespace {

class NatsTls : public testing::Test {
 protected:
  // A certificate that signs itself, for the server's address or for a name.
  void make(const std::string& name, const std::string& of) {
    support::Process openssl(
        {{"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
          "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=" + of, "-keyout", folder_.file(name + ".key"),
          "-out", folder_.file(name + ".pem")},
         {},
         folder_.path(),
         folder_.file("log"),
         folder_.file("log"),
         0});
    ASSERT_EQ(openssl.wait(), 0) << support::read_text(folder_.file("log"));
  }
  std::string settings(const std::string& name) const {
    return "tls {cert_file: \"" + folder_.file(name + ".pem") + "\", key_file: \"" + folder_.file(name + ".key") +
           "\"}";
  }
  // u or d: what a node hears that trusts `ca`.
  char heard(const test::NatsServer& server, const std::string& ca, const std::string& scheme = "tls://") const {
    config::Cluster settings;
    settings.bus = config::BusKind::nats;
    settings.nats.url = scheme + server.place();
    if (!ca.empty()) settings.nats.ca = folder_.file(ca + ".pem");
    test::FakeFeed feed("node");
    metrics::Registry metrics;
    test::Recorder listener;
    const auto bus = open(settings, feed, metrics).value();
    bus->start(listener);
    EXPECT_TRUE(support::eventually([&] { return !listener.links().empty(); }));
    bus->stop();
    return listener.links().front();
  }

  const support::TemporaryDirectory folder_;
};

TEST_F(NatsTls, OnlyTheNamedCertificateWithTheNameOfTheServerIsTrusted) {
  make("right", "IP:127.0.0.1,DNS:127.0.0.1");
  make("other", "IP:127.0.0.1,DNS:127.0.0.1");
  make("elsewhere", "DNS:nats.example.com");
  const test::NatsServer server(settings("right"));
  EXPECT_EQ(heard(server, "right"), 'u');
  EXPECT_EQ(heard(server, "other"), 'd');
  EXPECT_EQ(heard(server, ""), 'd');
  const test::NatsServer elsewhere(settings("elsewhere"));
  EXPECT_EQ(heard(elsewhere, "elsewhere"), 'd');
}

TEST_F(NatsTls, AServerWithoutTlsIsRefusedIfItIsAskedFor) {
  make("right", "IP:127.0.0.1");
  const test::NatsServer server;
  EXPECT_EQ(heard(server, "right"), 'd');
}

}  // namespace
}  // namespace push::cluster
