// Package api has the JSON messages that the services exchange. Amounts called euro_cents are in euro cents; prices and
// totals are text in the customer's currency.
package api

// Item is an article as a customer sees it.
type Item struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Price string `json:"price"`
}

// Items is a list of articles.
type Items struct {
	Items []Item `json:"items"`
}

// Page is what browsing shows.
type Page struct {
	Currency    string `json:"currency"`
	Items       []Item `json:"items"`
	Suggestions []Item `json:"suggestions,omitempty"`
	Notice      string `json:"notice,omitempty"`
}

// Line is one line of a cart.
type Line struct {
	Article   string `json:"article"`
	Quantity  int    `json:"quantity"`
	EuroCents int64  `json:"euro_cents"` // of one piece
}

// Cart is somebody's cart.
type Cart struct {
	User      string `json:"user"`
	Lines     []Line `json:"lines"`
	EuroCents int64  `json:"euro_cents"`
	Total     string `json:"total"`
	Notice    string `json:"notice,omitempty"`
}

// Add puts a piece of an article into a cart.
type Add struct {
	User     string `json:"user"`
	Article  string `json:"article"`
	Quantity int    `json:"quantity"`
	Currency string `json:"currency"`
}

// Buy checks out a cart together with one more article.
type Buy struct {
	User     string `json:"user"`
	Article  string `json:"article"`
	Currency string `json:"currency"`
}

// Order is what became of a checkout.
type Order struct {
	Order    string `json:"order"`
	Currency string `json:"currency"`
	Total    string `json:"total"`
	Paid     bool   `json:"paid"`
	Notice   string `json:"notice,omitempty"`
}

// Reservation asks for stock to be set aside.
type Reservation struct {
	Order    string `json:"order"`
	Currency string `json:"currency"`
	Lines    []Line `json:"lines"`
}

// Reserved answers a Reservation.
type Reserved struct {
	Order string `json:"order"`
	Value string `json:"value"` // what the goods are insured for
}

// Charge asks for money.
type Charge struct {
	Order     string `json:"order"`
	Currency  string `json:"currency"`
	EuroCents int64  `json:"euro_cents"`
}

// Charged answers a Charge.
type Charged struct {
	Order    string `json:"order"`
	Approval string `json:"approval"`
	Amount   string `json:"amount"`
}

// Authorise is what the bank is asked, in the smallest unit of the currency.
type Authorise struct {
	Reference string `json:"reference"`
	Currency  string `json:"currency"`
	Amount    int64  `json:"amount"`
}

// Authorised is what the bank answers.
type Authorised struct {
	Approval string `json:"approval"`
}
