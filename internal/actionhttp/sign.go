package actionhttp

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Standard Webhooks ask for secrets of 24 to 64 bytes.
const (
	minSecret = 24
	maxSecret = 64
)

// NewSigner makes a signer of a secret: base64, with or without the prefix
// whsec_. Its errors never hold the secret.
func NewSigner(secret string) (*standardwebhooks.Webhook, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return nil, errors.New("must be base64, found something else: make one with `echo whsec_$(openssl rand -base64 32)`")
	}
	if len(key) < minSecret || len(key) > maxSecret {
		return nil, fmt.Errorf("must have %d to %d bytes before base64, found %d: make one with `echo whsec_$(openssl rand -base64 32)`",
			minSecret, maxSecret, len(key))
	}
	return standardwebhooks.NewWebhookRaw(key)
}

// Sign sets the headers of Standard Webhooks, with a signature for each signer.
func Sign(h http.Header, signers []*standardwebhooks.Webhook, id string, at time.Time, body []byte) error {
	signatures := make([]string, 0, len(signers))
	for _, s := range signers {
		signature, err := s.Sign(id, at, body)
		if err != nil {
			return fmt.Errorf("sign: %w", err)
		}
		signatures = append(signatures, signature)
	}
	h.Set(standardwebhooks.HeaderWebhookID, id)
	h.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	h.Set(standardwebhooks.HeaderWebhookSignature, strings.Join(signatures, " "))
	return nil
}
