// Package goods is the range of the shop: what there is and what it costs.
package goods

import "fmt"

// Article is something for sale.
type Article struct {
	ID        string
	Name      string
	EuroCents int64
}

var articles = build()

func build() []Article {
	var all []Article
	for i, thing := range []string{"kettle", "lamp", "chair", "clock", "vase", "rug"} {
		for j, colour := range []string{"red", "green", "blue", "white"} {
			all = append(all, Article{
				ID:        fmt.Sprintf("a%02d", len(all)+1),
				Name:      colour + " " + thing,
				EuroCents: int64(1250 + 700*i + 135*j),
			})
		}
	}
	return all
}

// All lists the articles by id.
func All() []Article { return articles }

// Find returns the article with this id.
func Find(id string) (Article, bool) {
	for _, a := range articles {
		if a.ID == id {
			return a, true
		}
	}
	return Article{}, false
}
