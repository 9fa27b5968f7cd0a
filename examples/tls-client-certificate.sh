#!/bin/sh
# TLS with a client certificate: both sides show who they are. It needs a broker that asks for certificates:
#
#   sh examples/tls-client-certificate.sh make FOLDER    makes an authority, two certificates, and a rabbitmq.conf for them
#   docker run -d -p 5671:5671 -v FOLDER:FOLDER:ro -v FOLDER/rabbitmq.conf:/etc/rabbitmq/rabbitmq.conf:ro rabbitmq:4
#   AMQPS_URL=amqps://localhost:5671 sh examples/tls-client-certificate.sh FOLDER
usage() { sed -n '1,/^usage/s/^#   //p' "$0" >&2; exit 2; }

make_certificates() {
  new='-newkey rsa:2048 -nodes'
  openssl req -x509 $new -keyout ca.key -out ca.pem -days 30 -subj /CN=example-authority
  # sign NAME COMMON-NAME EXTENSION
  sign() {
    openssl req -new $new -keyout "$1.key" -out "$1.csr" -subj "/CN=$2"
    echo "$3" >"$1.ext"
    openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile "$1.ext" -out "$1.pem"
  }
  sign server localhost 'subjectAltName = DNS:localhost, IP:127.0.0.1'
  sign client client 'extendedKeyUsage = clientAuth'
  cat >rabbitmq.conf <<CONF
listeners.ssl.default = 5671
ssl_options.cacertfile = $PWD/ca.pem
ssl_options.certfile = $PWD/server.pem
ssl_options.keyfile = $PWD/server.key
ssl_options.verify = verify_peer
ssl_options.fail_if_no_peer_cert = true
CONF
  chmod 644 server.key # the broker runs as another user
}

set -eu
if [ "${1:-}" = make ] && [ -n "${2:-}" ]; then
  mkdir -p "$2"; cd "$2"
  trap 'cat openssl.log >&2' EXIT
  make_certificates 2>openssl.log
  trap - EXIT
  exit
fi
if [ -z "${1:-}" ] || [ -z "${AMQPS_URL:-}" ]; then usage; fi
folder=$1
. "$(dirname "$0")/support.sh"

set -- --url "$AMQPS_URL" --cafile "$folder/ca.pem"
certificate="$folder/client.pem" key="$folder/client.key"
amqp-con "$@" --cert "$certificate" --key "$key" --ping
amqp-con "$@" --cert "$certificate" --key "$key" -q safe -Q -n 1 >"$dir/received" 2>"$dir/log" &
wait_for "$dir/log" 'Created queue: safe'
amqp-pub "$@" --cert "$certificate" --key "$key" -k safe -m 'for your eyes only' --mandatory --confirm
wait
expect 'it arrived' "$(cat "$dir/received")" 'Received: for your eyes only'

# Login was by password still. --auth external logs in by the certificate alone. It takes two steps at the broker, and a user:
#   rabbitmq-plugins enable rabbitmq_auth_mechanism_ssl
#   in rabbitmq.conf, all that it shall offer:
#     auth_mechanisms.1 = PLAIN
#     auth_mechanisms.2 = AMQPLAIN
#     auth_mechanisms.3 = EXTERNAL
#   a user named as the certificate's whole subject, here CN=client; or as its common name, here client, where rabbitmq.conf
#   has ssl_cert_login_from = common_name
# Who shows no certificate is sent away; and a broker that the authority does not vouch for is not spoken to: exit code 3.
expect_code 3 amqp-pub "$@" -k safe -m x
expect_code 3 amqp-pub --url "$AMQPS_URL" --cert "$certificate" --key "$key" -k safe -m x
# Nor is one whose certificate is for another name.
expect_code 3 amqp-pub "$@" --subjectname broker.example --cert "$certificate" --key "$key" -k safe -m x
