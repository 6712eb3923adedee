// Package main opens and makes databases with the ORM, the drivers, the models and the start-up migration that Gotify 3
// has: GORM with mattn's SQLite driver or with pgx, and tables declared as docs and schema of Gotify name them. Gotify 3
// itself is not on the module proxy that the tests may use.
//
// Usage: gorm read DATABASE              migrates, as Gotify does when it starts, and prints every row as JSON
//
//	gorm write DATABASE [MESSAGES]   migrates, adds rows to each table, 250 messages unless it is said, and prints every row
//
// DATABASE is a file of SQLite, or a connection string of PostgreSQL ("host=... dbname=...").
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

type User struct {
	ID        uint   `gorm:"primaryKey;autoIncrement"`
	Name      string `gorm:"type:varchar(180);uniqueIndex:uix_users_name"`
	Pass      []byte
	Admin     bool
	CreatedAt time.Time
	OidcID    *string `gorm:"uniqueIndex:uix_users_oidc_id"`
}

type Application struct {
	ID              uint   `gorm:"primaryKey;autoIncrement"`
	Token           string `gorm:"type:varchar(180);uniqueIndex:uix_applications_token"`
	UserID          uint   `gorm:"index;uniqueIndex:uix_application_user_id_sort_key,priority:1"`
	Name            string `gorm:"type:text"`
	Description     string `gorm:"type:text"`
	Internal        bool
	Image           string `gorm:"type:text"`
	DefaultPriority int
	CreatedAt       time.Time
	LastUsed        *time.Time
	SortKey         string `gorm:"type:bytes;uniqueIndex:uix_application_user_id_sort_key,priority:2"`
}

type Message struct {
	ID            uint `gorm:"primaryKey;autoIncrement;index:idx_messages_id"`
	ApplicationID uint
	Message       string `gorm:"type:text"`
	Title         string `gorm:"type:text"`
	Priority      int
	Extras        []byte
	Date          time.Time
}

type Client struct {
	ID                            uint   `gorm:"primaryKey;autoIncrement"`
	Token                         string `gorm:"type:varchar(180);uniqueIndex:uix_clients_token"`
	UserID                        uint   `gorm:"index"`
	Name                          string `gorm:"type:text"`
	CreatedAt                     time.Time
	LastUsed                      *time.Time
	ElevatedUntil                 *time.Time
	ExpiresAfterInactivitySeconds uint       `gorm:"not null;default:0"`
	ExpiresAt                     *time.Time `gorm:"index"`
}

type PluginConf struct {
	ID            uint `gorm:"primaryKey;autoIncrement"`
	UserID        uint
	ModulePath    string `gorm:"type:text"`
	Token         string `gorm:"type:varchar(180);uniqueIndex:uix_plugin_confs_token"`
	ApplicationID uint
	Enabled       bool
	CreatedAt     time.Time
	Config        []byte
	Storage       []byte
}

type rows struct {
	Users        []User
	Applications []Application
	Clients      []Client
	Messages     []Message
	PluginConfs  []PluginConf
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "gorm:", err)
		os.Exit(1)
	}
}

func open(database string) *gorm.DB {
	dialector := sqlite.Open(database)
	if strings.Contains(database, "dbname=") {
		dialector = postgres.Open(database)
	}
	db, err := gorm.Open(dialector, &gorm.Config{Logger: logger.Default.LogMode(logger.Error)})
	check(err)
	pool, err := db.DB()
	check(err)
	pool.SetMaxOpenConns(1)
	check(db.AutoMigrate(&User{}, &Application{}, &Message{}, &Client{}, &PluginConf{}))
	return db
}

func read(db *gorm.DB) (all rows) {
	check(db.Order("id").Find(&all.Users).Error)
	check(db.Order("id").Find(&all.Applications).Error)
	check(db.Order("id").Find(&all.Clients).Error)
	check(db.Order("id").Find(&all.Messages).Error)
	check(db.Order("id").Find(&all.PluginConfs).Error)
	return all
}

// "gorm", by bcrypt of cost 4.
const hash = "$2a$04$abcdefghijklmnopqrstuuKlx8Sn88s2IB2KZLMsG6S0LkjoD8egW"

// The public key of the token gtfya.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8, and of that client's (gtfyc.…).
const publicKey = "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg"

// Adds a user with a bit of everything. Names and tokens carry the user's id, so it may be called on any database; the first
// call gives one application and one client a token of Gotify 3's kind.
func write(db *gorm.DB, messages int) {
	now := time.Now()
	user := User{Pass: []byte(hash), Admin: true, CreatedAt: now}
	check(db.Transaction(func(tx *gorm.DB) error {
		var count int64
		check(tx.Model(&User{}).Count(&count).Error)
		user.Name = fmt.Sprintf("gorm %d", count+1)
		return tx.Create(&user).Error
	}))
	token := func(ident, legacy string) string {
		if user.ID == 1 {
			return "gtfy" + ident + "." + publicKey
		}
		return legacy
	}
	subject := fmt.Sprintf("https://idp.example.org#%d", user.ID)
	check(db.Create(&User{Name: user.Name + " without a password", OidcID: &subject, CreatedAt: now.In(time.FixedZone("", 7200))}).Error)
	for number, key := range []string{"a0", "a1", "Zz", "a0V"} {
		used := now.Add(-time.Duration(number) * time.Hour).Truncate(time.Second)
		legacy := fmt.Sprintf("Agorm%05d.%04d", user.ID, number)
		if number == 3 {
			legacy = token("a", legacy)
		}
		check(db.Create(&Application{Token: legacy, UserID: user.ID, SortKey: key,
			Name: "gorm " + key, Description: "ü", DefaultPriority: number - 1, CreatedAt: now, LastUsed: &used}).Error)
	}
	var applications []Application
	check(db.Where("user_id = ?", user.ID).Order("id").Find(&applications).Error)
	for number := 0; number < messages; number++ {
		message := Message{ApplicationID: applications[number%4].ID, Message: fmt.Sprintf("message %d ü <&>\n", number), Title: "gorm",
			Priority: number%12 - 1, Date: now.Add(time.Duration(number) * time.Millisecond)}
		if number%3 == 0 {
			message.Extras = []byte(`{"client::display":{"contentType":"text/markdown"},"n":1.5}`)
		}
		check(db.Create(&message).Error)
	}
	check(db.Delete(&Message{}, "application_id = ? AND priority = ?", applications[0].ID, 3).Error)
	expiry := now.Add(time.Hour).UTC()
	check(db.Create(&Client{Token: fmt.Sprintf("Cgorm%05d.0000", user.ID), UserID: user.ID, Name: "never used", CreatedAt: now}).Error)
	check(db.Create(&Client{Token: token("c", fmt.Sprintf("Cgorm%05d.0001", user.ID)), UserID: user.ID, Name: "elevated", CreatedAt: now, LastUsed: &now,
		ElevatedUntil: &expiry, ExpiresAfterInactivitySeconds: 3600, ExpiresAt: &expiry}).Error)
	check(db.Create(&PluginConf{UserID: user.ID, ModulePath: "example.org/plugin", Token: fmt.Sprintf("Pgorm%05d", user.ID), Enabled: true,
		CreatedAt: now, Config: []byte("a: 1\n"), Storage: []byte{0, 1, 255}}).Error)
}

func main() {
	messages, err := 250, error(nil)
	if len(os.Args) == 4 && os.Args[1] == "write" {
		messages, err = strconv.Atoi(os.Args[3])
		check(err)
	} else if len(os.Args) != 3 || (os.Args[1] != "read" && os.Args[1] != "write") {
		fmt.Fprintln(os.Stderr, "usage: gorm read DATABASE | write DATABASE [MESSAGES]")
		os.Exit(2)
	}
	db := open(os.Args[2])
	if os.Args[1] == "write" {
		write(db, messages)
	}
	check(json.NewEncoder(os.Stdout).Encode(read(db)))
	pool, err := db.DB()
	check(err)
	check(pool.Close())
}
