<?php
/**
 * Plugin Name:       Calendar Service
 * Description:       Shows events, webinars and calls for tenders of a calendar service: as a block, as a shortcode, and from a pasted address.
 * Version:           1.0.0
 * Requires at least: 6.1
 * Requires PHP:      7.4
 * License:           MIT
 * License URI:       https://opensource.org/license/mit
 * Text Domain:       calendar-service
 * Domain Path:       /languages
 *
 * @package Calendar_Service
 */

namespace Calendar_Service;

defined( 'ABSPATH' ) || exit;

const VERSION = '1.0.0';
const OPTION  = 'calendar_service';

require __DIR__ . '/includes/settings.php';
require __DIR__ . '/includes/widget.php';
require __DIR__ . '/includes/oembed.php';

add_action(
	'init',
	static function () {
		load_plugin_textdomain( 'calendar-service', false, dirname( plugin_basename( __FILE__ ) ) . '/languages' );
		register_widget();
		register_oembed();
	}
);
add_action( 'admin_init', __NAMESPACE__ . '\register_settings' );
add_action( 'admin_menu', __NAMESPACE__ . '\add_settings_page' );
add_filter( 'plugin_action_links_' . plugin_basename( __FILE__ ), __NAMESPACE__ . '\add_settings_link' );
